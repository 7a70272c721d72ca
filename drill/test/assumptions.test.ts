import { assumptions } from "../assumptions";
import { fixedAssumptions } from "../fixedAssumptions";

test.each([...Object.entries(assumptions), ...Object.entries(fixedAssumptions)])(
  "assumption %s names a document or gives a reason",
  (_, { source }) => {
    // "assumption" alone is not a reason.
    expect(source.replace(/^assumption:? ?/, "")).toMatch(/^\S+ \S+/);
  },
);
