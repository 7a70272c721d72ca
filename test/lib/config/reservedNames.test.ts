import { whyReserved } from "../../../lib/config/reservedNames";

test.each([
  ["sthree", "S3"],
  ["sthree-configurator", "S3"],
  ["amzn-s3-demo", "S3"],
  ["amzn-s3-demo-pr-1", "S3"],
  ["sg", "EC2, for security groups,"],
  ["sg-42", "EC2, for security groups,"],
])("%s makes names that %s reserves", (env, service) => {
  expect(whyReserved(env)).toMatch(`, which ${service} reserves`);
});

test.each(["dev", "sgx", "sthreea", "amzn"])("%s makes no reserved names", (env) => {
  expect(whyReserved(env)).toBeUndefined();
});
