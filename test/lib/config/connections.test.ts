import { serverlessConnections } from "../../../lib/config/connections";

/** Aurora User Guide: maximum connections for Aurora Serverless v2. */
test.each([
  [1, 189],
  [4, 823],
  [8, 1_669],
  [16, 3_360],
  [32, 5_000],
  [256, 5_000],
])("%d ACU at most have the %d connections that AWS lists", (maxAcu, listed) => {
  expect(serverlessConnections(1, maxAcu)).toBe(listed);
});

test.each([
  [0.5, 1, 189],
  [0.5, 8, 1_669],
  [0.5, 16, 2_000],
  [0.5, 256, 2_000],
])("%d to %d ACU have %d, because half an ACU caps them", (minAcu, maxAcu, listed) => {
  expect(serverlessConnections(minAcu, maxAcu)).toBe(listed);
});
