import { keySetUrl } from "../../../lambda/auth/keySetUrl";

test.each([
  ["https://tenant.us.auth0.com/", "https://tenant.us.auth0.com/.well-known/jwks.json"],
  ["https://login.example.com", "https://login.example.com/.well-known/jwks.json"],
  ["https://idp.example.com/realms/a/", "https://idp.example.com/realms/a/.well-known/jwks.json"],
])("the issuer %s publishes its keys at %s", (issuer, url) => {
  expect(keySetUrl(issuer)).toBe(url);
});
