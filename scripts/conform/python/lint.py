"""Runs cfn-lint, parliament and openapi-spec-validator over what scripts/conform has converted.

Reads `{"templates": {name: {"region", "body"}}, "policies": {name: {"kind", "document"}},
"contracts": {name: body}}` from standard input and writes a list of findings to standard output:
`{"validator", "subject": name, "rule", "at": path in the subject, "message"}`.
"""

import json
import sys

from cfnlint.api import lint
from cfnlint.config import ManualArgs
from openapi_spec_validator import OpenAPIV30SpecValidator
from parliament import analyze_policy_string


def lint_template(template):
    config = ManualArgs(regions=[template["region"]], include_checks=["I"])
    for match in lint(json.dumps(template["body"], indent=1), config=config):
        yield match.rule.id, list(match.path or []), match.message


def lint_policy(policy):
    document = json.dumps(policy["document"])
    # The community auditors judge what a role may do; they do not understand resource policies.
    is_identity = policy["kind"] == "identity"
    analyzed = analyze_policy_string(document, include_community_auditors=is_identity)
    for finding in analyzed.findings:
        yield finding.issue, [], f"{finding.detail} {json.dumps(finding.location, default=str)}"


def lint_contract(body):
    for error in OpenAPIV30SpecValidator(body).iter_errors():
        yield "invalid", list(error.absolute_path), error.message


LINTERS = {
    "templates": ("cfn-lint", lint_template),
    "policies": ("parliament", lint_policy),
    "contracts": ("openapi-spec-validator", lint_contract),
}


def main():
    subjects = json.load(sys.stdin)
    findings = [
        {"validator": validator, "subject": name, "rule": rule, "at": at, "message": message}
        for group, (validator, check) in LINTERS.items()
        for name, subject in subjects[group].items()
        for rule, at, message in check(subject)
    ]
    json.dump(findings, sys.stdout, default=str)


main()
