// What a plugin needs to talk to the engine: gRPC and the protocol's messages are those of the installed
// @pulumi/pulumi.
import { createRequire } from "node:module";

/** Loads a module as @pulumi/pulumi would. */
export const ofPulumi = createRequire(
  createRequire(import.meta.url).resolve("@pulumi/pulumi/package.json"),
);
const grpc = ofPulumi("@grpc/grpc-js");
const unlimited = { "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 };

/**
 * The details of a creation that failed after the resource existed: the engine keeps such a resource
 * in the state. gRPC carries them in this field.
 */
function initFailed({ message, initFailed: { id, outputs } }) {
  const { ErrorResourceInitFailed } = ofPulumi("@pulumi/pulumi/proto/provider_pb");
  const { Status } = ofPulumi("@pulumi/pulumi/proto/status_pb");
  const { Any } = ofPulumi("google-protobuf/google/protobuf/any_pb");
  const { Struct } = ofPulumi("google-protobuf/google/protobuf/struct_pb");
  const detail = new ErrorResourceInitFailed();
  detail.setId(id);
  detail.setProperties(Struct.fromJavaScript(JSON.parse(JSON.stringify(outputs))));
  detail.setReasonsList([message]);
  const packed = new Any();
  packed.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const status = new Status();
  status.setCode(grpc.status.UNKNOWN);
  status.setMessage(message);
  status.addDetails(packed);
  const metadata = new grpc.Metadata();
  metadata.add("grpc-status-details-bin", Buffer.from(status.serializeBinary()));
  return metadata;
}

/** A method for gRPC, which reports errors through the callback. */
const answering = (method) => async (call, done) => {
  try {
    done(null, await method(call.request));
  } catch (error) {
    const metadata = error.initFailed && initFailed(error);
    done({ code: grpc.status.UNKNOWN, details: error.message, ...(metadata && { metadata }) });
  }
};

/** Serves the methods; the engine reads the port from the first line of the output. */
export function listen(service, methods) {
  const server = new grpc.Server(unlimited);
  const served = Object.entries(methods).map(([name, method]) => [name, answering(method)]);
  server.addService(service, Object.fromEntries(served));
  server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
    if (error) throw error;
    console.log(port);
  });
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(0));
}
