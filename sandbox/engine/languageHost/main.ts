import * as grpc from "@grpc/grpc-js";
import { LanguageRuntimeService } from "@pulumi/pulumi/proto/language_grpc_pb";

import { whenEngineIsGone } from "../exitWithEngine";
import { Children } from "./children";
import { languageRuntime } from "./service";

/**
 * `pulumi-language-nodejs`: runs Node programs and policy packs for the engine. The engine starts
 * it with its own address as the last argument and reads the port from the first line of stdout;
 * everything after that line is the program's.
 */
const engineAddress = process.argv.at(-1) ?? "";
const children = new Children();
const maxMessageBytes = 400 * 1024 * 1024;

const server = new grpc.Server({
    "grpc.max_receive_message_length": maxMessageBytes,
    "grpc.max_send_message_length": maxMessageBytes,
});
server.addService(LanguageRuntimeService, languageRuntime(engineAddress, children));
server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
    if (error !== null) {
        process.stderr.write(`cannot listen on 127.0.0.1: ${error.message}\n`);
        process.exitCode = 1;
        return;
    }
    process.stdout.write(`${port}\n`);
});

function leave(): void {
    children.killAll();
    process.exit(0);
}

process.on("SIGINT", leave).on("SIGTERM", leave);
whenEngineIsGone(leave);
