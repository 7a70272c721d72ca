"""Runs checkov over CloudFormation templates. Its dependencies pin an old boto3, so it has a virtual
environment of its own.

Reads `{name: template}` from standard input and writes a list of findings to standard output, as
lint.py does.
"""

import json
import logging
import os
import sys
import tempfile

os.environ["LOG_LEVEL"] = "ERROR"

from checkov.cloudformation.runner import Runner  # noqa: E402
from checkov.runner_filter import RunnerFilter  # noqa: E402


def main():
    logging.disable(logging.WARNING)
    templates = json.load(sys.stdin)
    findings = []
    with tempfile.TemporaryDirectory() as folder:
        names = {}
        for index, (name, template) in enumerate(templates.items()):
            file = os.path.join(folder, f"{index}.json")
            names[os.path.basename(file)] = name
            with open(file, "w", encoding="utf8") as opened:
                json.dump(template, opened, indent=1)
        report = Runner().run(
            root_folder=folder,
            runner_filter=RunnerFilter(framework=["cloudformation"], download_external_modules=False),
        )
        for record in report.failed_checks:
            findings.append(
                {
                    "validator": "checkov",
                    "subject": names[os.path.basename(record.file_path)],
                    "rule": record.check_id,
                    "at": ["Resources", record.resource.split(".")[1]],
                    "message": record.check_name,
                }
            )
        if report.parsing_errors:
            raise SystemExit(f"checkov cannot read {[names[os.path.basename(f)] for f in report.parsing_errors]}")
    json.dump(findings, sys.stdout)


main()
