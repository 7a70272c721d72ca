// The provider side of Pulumi's plugin protocol (pulumirpc.ResourceProvider).
import { listen, ofPulumi } from "../grpc.mjs";
import { DEFAULTS } from "./values.mjs";

const messages = ofPulumi("@pulumi/pulumi/proto/provider_pb");
const { ResourceProviderService } = ofPulumi("@pulumi/pulumi/proto/provider_grpc_pb");
const { PluginInfo } = ofPulumi("@pulumi/pulumi/proto/plugin_pb");
const { Struct } = ofPulumi("google-protobuf/google/protobuf/struct_pb");
const { Empty } = ofPulumi("google-protobuf/google/protobuf/empty_pb");

const fromStruct = (struct) => struct?.toJavaScript() ?? {};
// JSON drops what is undefined, which Struct refuses.
const toStruct = (object) => Struct.fromJavaScript(JSON.parse(JSON.stringify(object)));

/** A message of a type with some of its fields set: { Inputs: x } calls setInputs(x). */
function message(Type, fields = {}) {
  const made = new Type();
  for (const [field, value] of Object.entries(fields)) made[`set${field}`](value);
  return made;
}

const failuresOf = (failures = []) =>
  failures.map(([property, reason]) =>
    message(messages.CheckFailure, { Property: property, Reason: reason }),
  );

function checkResponse({ inputs, failures }) {
  return message(messages.CheckResponse, {
    Inputs: toStruct(inputs),
    FailuresList: failuresOf(failures),
  });
}

/** `changes` are [path, kind] pairs, `replaces` the inputs whose change makes a new resource. */
function diffResponse({ changes, replaces = [], topLevel = [], deleteBeforeReplace = false }) {
  const { DIFF_SOME, DIFF_NONE } = messages.DiffResponse.DiffChanges;
  const response = message(messages.DiffResponse, {
    Changes: changes.length > 0 ? DIFF_SOME : DIFF_NONE,
    ReplacesList: replaces,
    DiffsList: topLevel,
    Deletebeforereplace: deleteBeforeReplace,
    Hasdetaileddiff: true,
  });
  for (const [path, kind, replacing] of changes) {
    const name = kind.toUpperCase() + (replacing ? "_REPLACE" : "");
    const detail = { Kind: messages.PropertyDiff.Kind[name], Inputdiff: true };
    response.getDetaileddiffMap().set(path, message(messages.PropertyDiff, detail));
  }
  return response;
}

function invokeResponse({ failures, ...result }) {
  return failures
    ? message(messages.InvokeResponse, { FailuresList: failuresOf(failures) })
    : message(messages.InvokeResponse, { Return: toStruct(result) });
}

/** What the protocol calls olds and news: state, former inputs and new inputs. */
function changeOf(request) {
  const before = fromStruct(request.getOldInputs());
  const state = fromStruct(request.getOlds());
  return {
    id: request.getId(),
    urn: request.getUrn(),
    state,
    before: Object.keys(before).length > 0 ? before : state,
    inputs: fromStruct(request.getNews()),
    ignored: request.getIgnorechangesList(),
  };
}

const methods = (provider, version) => ({
  handshake: () => message(messages.ProviderHandshakeResponse, { AcceptSecrets: true }),
  getSchema: () => message(messages.GetSchemaResponse, { Schema: "{}" }),
  getPluginInfo: () => message(PluginInfo, { Version: version }),
  cancel: () => new Empty(),
  attach: () => new Empty(),
  checkConfig: (request) => checkResponse({ inputs: fromStruct(request.getNews()) }),
  diffConfig: async (request) => diffResponse(await provider.diffConfig(changeOf(request))),
  configure: async (request) => {
    await provider.configure(fromStruct(request.getArgs()), request.getUrn());
    return message(messages.ConfigureResponse, { Acceptsecrets: true, Supportspreview: true });
  },
  invoke: async (request) =>
    invokeResponse(await provider.invoke(request.getTok(), fromStruct(request.getArgs()))),
  check: async (request) =>
    checkResponse(
      await provider.check({
        urn: request.getUrn(),
        former: { [DEFAULTS]: [], ...fromStruct(request.getOlds()) },
        inputs: fromStruct(request.getNews()),
        seed: Buffer.from(request.getRandomseed_asU8()),
      }),
    ),
  diff: async (request) => diffResponse(await provider.diff(changeOf(request))),
  create: async (request) => {
    const { id, outputs } = await provider.create({
      urn: request.getUrn(),
      inputs: fromStruct(request.getProperties()),
      preview: request.getPreview(),
    });
    return message(messages.CreateResponse, { Id: id, Properties: toStruct(outputs) });
  },
  read: async (request) => {
    const found = await provider.read({
      id: request.getId(),
      urn: request.getUrn(),
      inputs: fromStruct(request.getInputs()),
      state: fromStruct(request.getProperties()),
    });
    // A response without an id says that the resource is gone.
    if (!found) return new messages.ReadResponse();
    const fields = { Properties: toStruct(found.outputs), Inputs: toStruct(found.inputs) };
    return message(messages.ReadResponse, { Id: request.getId(), ...fields });
  },
  update: async (request) => {
    const outputs = await provider.update({
      ...changeOf(request),
      preview: request.getPreview(),
    });
    return message(messages.UpdateResponse, { Properties: toStruct(outputs) });
  },
  delete: async (request) => {
    const state = fromStruct(request.getProperties());
    await provider.delete({ id: request.getId(), urn: request.getUrn(), state });
    return new Empty();
  },
});

/** Serves the provider. */
export const serve = (provider, version) =>
  listen(ResourceProviderService, methods(provider, version));
