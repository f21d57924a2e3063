import * as grpc from "@grpc/grpc-js";
import type { ILanguageRuntimeServer } from "@pulumi/pulumi/proto/language_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/language_pb";
import { PackageDependency, PluginDependency, PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";

import { versions } from "../compatibility";
import type { Children } from "./children";
import { installedPackages } from "./packages";
import { runPlugin } from "./runPlugin";
import { runProgram } from "./runProgram";

/**
 * The `pulumirpc.LanguageRuntime` for Node programs. What it leaves out (code generation, templates,
 * installing dependencies) is answered with UNIMPLEMENTED, which the engine takes for an answer.
 */
export function languageRuntime(
    engineAddress: string,
    children: Children,
): Partial<ILanguageRuntimeServer> & grpc.UntypedServiceImplementation {
    return {
        handshake: respond(() => new messages.LanguageHandshakeResponse()),
        getPluginInfo: respond(() => {
            const info = new PluginInfo();
            info.setVersion(versions.cli);
            return info;
        }),
        getRequiredPackages: respond((request: messages.GetRequiredPackagesRequest) => {
            const response = new messages.GetRequiredPackagesResponse();
            for (const plugin of pluginsOf(request.getInfo())) {
                const dependency = new PackageDependency();
                dependency.setName(plugin.name);
                dependency.setKind("resource");
                dependency.setVersion(plugin.version);
                dependency.setServer(plugin.server);
                response.addPackages(dependency);
            }
            return response;
        }),
        getRequiredPlugins: respond((request: messages.GetRequiredPluginsRequest) => {
            const response = new messages.GetRequiredPluginsResponse();
            for (const plugin of pluginsOf(request.getInfo())) {
                const dependency = new PluginDependency();
                dependency.setName(plugin.name);
                dependency.setKind("resource");
                dependency.setVersion(plugin.version);
                dependency.setServer(plugin.server);
                response.addPlugins(dependency);
            }
            return response;
        }),
        getProgramDependencies: respond((request: messages.GetProgramDependenciesRequest) => {
            const response = new messages.GetProgramDependenciesResponse();
            for (const installed of packagesOf(request.getInfo())) {
                const dependency = new messages.DependencyInfo();
                dependency.setName(installed.name);
                dependency.setVersion(installed.version);
                response.addDependencies(dependency);
            }
            return response;
        }),
        about: respond(() => {
            const response = new messages.AboutResponse();
            response.setExecutable(process.execPath);
            response.setVersion(process.version);
            return response;
        }),
        run: (
            call: grpc.ServerUnaryCall<messages.RunRequest, messages.RunResponse>,
            callback: grpc.sendUnaryData<messages.RunResponse>,
        ) => {
            if (call.request.getAttachDebugger()) {
                callback(noDebugger());
                return;
            }
            void runProgram(call.request, engineAddress, children, (cancel) => {
                call.on("cancelled", cancel);
            }).then((response) => callback(null, response));
        },
        runPlugin: (
            call: grpc.ServerWritableStream<messages.RunPluginRequest, messages.RunPluginResponse>,
        ) => {
            if (call.request.getAttachDebugger()) {
                call.emit("error", noDebugger());
                return;
            }
            runPlugin(call.request, call, children, (cancel) => {
                call.on("cancelled", cancel);
            }).then(
                () => call.end(),
                (error: Error) =>
                    call.emit("error", {
                        code: grpc.status.FAILED_PRECONDITION,
                        details: error.message,
                    }),
            );
        },
        cancel: respond(() => {
            children.endAll();
            return new Empty();
        }),
    };
}

function packagesOf(info: messages.ProgramInfo | undefined): ReturnType<typeof installedPackages> {
    return info === undefined ? [] : installedPackages(info.getProgramDirectory());
}

function pluginsOf(
    info: messages.ProgramInfo | undefined,
): readonly { readonly name: string; readonly version: string; readonly server: string }[] {
    return packagesOf(info).flatMap((installed) => installed.plugin ?? []);
}

function noDebugger(): grpc.StatusObject & Error {
    return Object.assign(
        new Error("this language host has no debugger; install Pulumi's own CLI for that"),
        {
            code: grpc.status.UNIMPLEMENTED,
            details: "this language host has no debugger; install Pulumi's own CLI for that",
            metadata: new grpc.Metadata(),
        },
    );
}

function respond<Request, Response>(
    answer: (request: Request) => Response,
): grpc.handleUnaryCall<Request, Response> {
    return (call, callback) => {
        try {
            callback(null, answer(call.request));
        } catch (error) {
            callback({ code: grpc.status.INTERNAL, details: (error as Error).message });
        }
    };
}
