import * as grpc from "@grpc/grpc-js";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";

import { maxMessageBytes } from "./protocol";
import { ResourceProvider } from "./resourceProvider";

/**
 * `pulumi-resource-aws` of the rehearsal cloud. The engine starts one process for each provider
 * instance, reads the port from the first line of stdout, and kills it when it is done.
 */
const server = new grpc.Server({
    "grpc.max_receive_message_length": maxMessageBytes,
    "grpc.max_send_message_length": maxMessageBytes,
});
const provider = new ResourceProvider(process.env);
server.addService(ResourceProviderService, provider.service());
server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
    if (error !== null) {
        process.stderr.write(`cannot listen on 127.0.0.1: ${error.message}\n`);
        process.exitCode = 1;
        return;
    }
    process.stdout.write(`${port}\n`);
});

// The engine gives each plugin a process group of its own: an interrupt is its word that the work is
// done, and it waits up to five seconds for a plugin that does not heed it.
for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.on(signal, () => {
        provider.close();
        server.forceShutdown();
    });
}
