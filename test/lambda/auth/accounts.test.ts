import * as fc from "fast-check";
import { accountOf, isAccountId } from "../../../lambda/auth/accounts";
import { TokenError } from "../../../lambda/auth/tokenError";
import { contract } from "../../../lib/api/contract";

const pattern = new RegExp(contract.components.schemas.Order.properties.accountId.pattern);

describe("the account of a subject", () => {
  it.each(["acc-1", "A_b-9", "x".repeat(64), "248289761001"])(
    "is the subject itself: %s",
    (sub) => {
      expect(accountOf(sub)).toBe(sub);
      expect(isAccountId(sub)).toBe(true);
    },
  );

  it.each([
    "auth0|5f7c8ec7c33c6c004bbafe82",
    "abcdefgh@clients",
    "x".repeat(65),
    "sub-abc",
    "wörter",
    " acc-1",
  ])("is derived from its hash otherwise: %s", (sub) => {
    expect(accountOf(sub)).toMatch(/^sub-[A-Za-z0-9_-]{43}$/);
    expect(isAccountId(sub)).toBe(false);
  });

  it("is the same for ever, because clients put it into their orders", () => {
    expect(accountOf("auth0|5f7c8ec7c33c6c004bbafe82")).toBe(
      "sub-QapIeIfjxFwZskSLLwNlUvALLHjiOUbTkKfoRvatWOE",
    );
  });

  it.each([undefined, null, "", 5, ["a"], { a: 1 }, "\ud800"])("is refused for %j", (sub) => {
    expect(() => accountOf(sub)).toThrow(TokenError);
  });

  it("fits the contract and belongs to one subject only", () => {
    const subject = fc.oneof(
      fc.string({ minLength: 1, unit: "grapheme" }),
      fc.stringMatching(/^[A-Za-z0-9_-]{1,66}$/),
      fc.constantFrom("sub-", "a|b", "a", "A"),
    );
    const derived = fc.oneof(subject, subject.map(accountOf));
    fc.assert(
      fc.property(derived, derived, (one, other) => {
        expect(accountOf(one)).toMatch(pattern);
        expect(accountOf(one) === accountOf(other)).toBe(one === other);
      }),
    );
  });
});
