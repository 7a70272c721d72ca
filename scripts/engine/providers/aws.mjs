// Stand-in for the AWS provider: pulumi-resource-aws VERSION. It makes no network call.
import * as attributes from "./attributes.mjs";
import { invoke } from "./dataSources.mjs";
import { refuseCreate, refuseDelete } from "./refusals.mjs";
import { asAwsHasIt, asCreated, asRead } from "./quirks.mjs";
import { leave, refuseName } from "./remains.mjs";
import { serve } from "./server.mjs";
import { typeOf } from "./types.mjs";
import * as values from "./values.mjs";
import * as world from "./world.mjs";

const { DEFAULTS, UNKNOWN, partsOf, plain, topOf } = values;
const FAILED_BY_RULE = "operation error: InternalFailure: rules.json fails this creation";
const config = { region: undefined, defaultTags: {}, provider: undefined };

const typeOfUrn = (urn) => typeOf(partsOf(urn).type);
const note = (op, urn, more) => world.note(op, urn, { provider: config.provider, ...more });
const regionOf = (inputs) => inputs.region ?? config.region;

/** The property that Pulumi names automatically, where the program does not. */
function autoNamed(type) {
  if (type.token === "aws:s3/bucket:Bucket") return "bucket";
  const named = type.outputs.name === "string" && !type.required.has("name");
  return named && type.inputs.has("name") ? "name" : undefined;
}

/** Outputs of a resource: its inputs, and what AWS computes, unknown without a context. */
function outputsOf(type, inputs, context, former = {}) {
  const outputs = { ...values.withoutDefaults(inputs) };
  for (const [property, valueType] of Object.entries(type.outputs)) {
    if (property in outputs || property === "tagsAll" || valueType.endsWith("| undefined"))
      continue;
    outputs[property] =
      former[property] ?? (context ? attributes.attribute(type, property, context) : UNKNOWN);
  }
  if (type.outputs.tagsAll) {
    outputs.tagsAll = values.hasUnknown(inputs.tags) ? UNKNOWN : allTags(inputs);
  }
  return outputs;
}

const allTags = ({ tags = {} }) => ({ ...config.defaultTags, ...plain(tags) });

/** The paths that an update changes, without what the program ignores. */
function changesOf(type, { before, state, inputs, ignored }) {
  const isIgnored = (path) =>
    ignored.some(
      (other) => path === other || path.startsWith(`${other}.`) || path.startsWith(`${other}[`),
    );
  // A region that is spelt out and equals the provider's is no change.
  const region = (some) => plain(some).region ?? plain(state).region ?? config.region;
  const changes = values
    .differences(
      asAwsHasIt(type, values.withoutDefaults(before), state),
      values.withoutDefaults(inputs),
    )
    .filter(([path]) => !isIgnored(path))
    .filter(([path]) => path !== "region" || region(before) !== regionOf(plain(inputs)));
  const tagged = type.outputs.tagsAll && state.tagsAll && !values.hasUnknown(inputs.tags);
  if (tagged && !changes.some(([path]) => topOf(path) === "tags")) {
    const moved = values.differences(state.tagsAll, allTags(inputs)).length > 0;
    if (moved && !isIgnored("tagsAll")) changes.push(["tagsAll", "update"]);
  }
  const moves = type.outputs.region && config.region && !plain(inputs).region;
  if (moves && plain(state).region && plain(state).region !== config.region) {
    changes.push(["region", "update"]);
  }
  return changes;
}

/** A name that the program gave can be used again only after the old resource is deleted. */
function keepsName(type, before, inputs) {
  return attributes.NAMES.some(
    (property) =>
      type.inputs.has(property) &&
      inputs[property] !== undefined &&
      !(inputs[DEFAULTS] ?? []).includes(property) &&
      plain(before[property]) === plain(inputs[property]),
  );
}

const provider = {
  diffConfig({ before, inputs }) {
    const changes = values.differences(before, inputs).filter(([path]) => path !== "version");
    const topLevel = [...new Set(changes.map(([path]) => topOf(path)))];
    const replaces = topLevel.filter((key) => key === "region" && inputs.region !== UNKNOWN);
    const marked = changes.map(([path, kind]) => [path, kind, replaces.includes(path)]);
    return { changes: marked, replaces, topLevel };
  },

  configure(args, urn) {
    const { region, defaultTags } = plain(args);
    config.region = region === UNKNOWN ? undefined : region;
    const tags = typeof defaultTags === "string" ? JSON.parse(defaultTags) : defaultTags;
    config.defaultTags = tags?.tags ?? {};
    config.provider = urn && partsOf(urn).name;
    if (!region) throw new Error(`provider ${config.provider} has no aws:region`);
    if (urn) note("configure", urn, { region });
  },

  invoke: (token, args) => invoke(token, plain(args), plain(args).region ?? config.region),

  check({ urn, former, inputs, seed }) {
    const type = typeOfUrn(urn);
    const failures = Object.keys(inputs)
      .filter((property) => !type.inputs.has(property) && property !== DEFAULTS)
      .map((property) => [property, `unknown input of ${type.token}`]);
    const auto = autoNamed(type);
    if (!auto || inputs[auto] !== undefined || inputs[`${auto}Prefix`] !== undefined) {
      return { inputs: { ...inputs, [DEFAULTS]: [] }, failures };
    }
    const kept = former[DEFAULTS].includes(auto) ? former[auto] : undefined;
    const name = kept ?? `${partsOf(urn).name}-${attributes.suffixOf(seed)}`;
    return { inputs: { ...inputs, [auto]: name, [DEFAULTS]: [auto] }, failures };
  },

  diff(change) {
    const type = typeOfUrn(change.urn);
    const changes = changesOf(type, change);
    const topLevel = [...new Set(changes.map(([path]) => topOf(path)))];
    const replaces = topLevel.filter(
      (property) => type.replacing.has(property) || property === autoNamed(type),
    );
    return {
      changes: changes.map(([path, kind]) => [path, kind, replaces.includes(topOf(path))]),
      replaces,
      topLevel,
      deleteBeforeReplace: replaces.length > 0 && keepsName(type, change.before, change.inputs),
    };
  },

  async create({ urn, inputs, preview }) {
    const type = typeOfUrn(urn);
    const journalled = values.masked(inputs);
    if (preview) {
      note("preview-create", urn, { region: config.region, inputs: journalled });
      return { id: "", outputs: outputsOf(type, inputs) };
    }
    if (values.hasUnknown(inputs)) throw new Error(`${urn} has an unknown input`);
    const known = plain(values.withoutDefaults(inputs));
    const region = regionOf(known);
    const context = attributes.contextOf(type, known, region);
    const { id, arn } = context;
    const record = {
      urn,
      id,
      type: type.token,
      region: attributes.isGlobal(type) ? "global" : region,
      // Two resources that AWS would give the same ARN cannot both exist.
      arn: type.outputs.arn && arn,
      at: process.hrtime.bigint().toString().padStart(20, "0"),
      inputs: journalled,
    };
    let failure;
    try {
      await world.locked(() => {
        failure = world.failureOf(urn);
        if (failure && !failure.stays) throw new Error(FAILED_BY_RULE);
        refuseCreate({ type, urn, inputs: known, region, arn: record.arn });
        refuseName(type, known, region);
        world.put({ ...record, ready: false });
      });
    } catch (error) {
      note("create-refused", urn, { region, inputs: journalled, error: error.message });
      throw error;
    }
    try {
      await world.pace("create", urn);
    } catch (error) {
      world.drop(urn, id);
      note("create-refused", urn, { region, inputs: journalled, error: error.message });
      throw error;
    }
    world.put({ ...record, ready: true });
    note("create", urn, { id, region, inputs: journalled });
    const outputs = asCreated(type, outputsOf(type, inputs, context));
    if (failure) throw Object.assign(new Error(FAILED_BY_RULE), { initFailed: { id, outputs } });
    return { id, outputs };
  },

  async update({ id, urn, before, state, inputs, preview }) {
    const type = typeOfUrn(urn);
    const { region = config.region, arn } = plain(state);
    const context = !preview && attributes.contextOf(type, plain(inputs), region, { id, arn });
    const outputs = outputsOf(type, inputs, context, state);
    if (preview) return outputs;
    await world.pace("update", urn);
    const record = world.find(urn, id);
    if (record) world.put({ ...record, inputs: values.masked(inputs) });
    const changed = values.differences(before, inputs).map(([path]) => path);
    note("update", urn, { id, region, inputs: values.masked(inputs), changed });
    return outputs;
  },

  async delete({ id, urn, state }) {
    try {
      await world.locked(() => {
        const record = world.find(urn, id);
        const now = { ...plain(state), ...record?.byHand };
        refuseDelete(urn, id, now, record);
        if (record) leave(record, now);
      });
      await world.pace("delete", urn);
    } catch (error) {
      note("delete-refused", urn, { id, error: error.message });
      throw error;
    }
    world.drop(urn, id);
    note("delete", urn, { id, region: plain(state).region ?? config.region });
  },

  /** The state as it was, changed as rules.json says; null there means that the resource is gone. */
  read({ id, urn, inputs, state }) {
    const rule = world.rules().drift?.[urn];
    if (rule === null) return undefined;
    const type = typeOfUrn(urn);
    const drift = { ...asRead(world.find(urn, id)), ...rule };
    const moved = Object.entries(drift).filter(([property]) => type.inputs.has(property));
    note("read", urn, { id, ...(rule && { drift: rule }) });
    return {
      inputs: { ...inputs, ...Object.fromEntries(moved) },
      outputs: { ...state, ...drift },
    };
  },
};

serve(provider, process.env.RIG_VERSION);
