import os from "node:os";
import path from "node:path";

import { secretAccessKey } from "./world/credentials";

export interface EnvironmentSource {
    readonly home: string;
    /** Provider endpoint. */
    readonly cloudUrl: string;
    /** AWS API endpoint on the operator's address. */
    readonly apiUrl: string;
    readonly caFile: string;
    /** `address:port`. */
    readonly dns: string;
}

/**
 * What attaches `pulumi`, the AWS SDKs and the AWS CLI to the sandbox. The AWS files are shut out:
 * a profile of the operator's own must never decide where a rehearsal goes.
 */
export function sandboxEnvironment(source: EnvironmentSource): Readonly<Record<string, string>> {
    return {
        REHEARSAL_CLOUD_URL: source.cloudUrl,
        REHEARSAL_DNS: source.dns,
        AWS_ENDPOINT_URL: source.apiUrl,
        // The AWS CLI asks for one even where a service has none; nothing else here reads it.
        AWS_DEFAULT_REGION: "us-east-1",
        AWS_ACCESS_KEY_ID: "AKIAREHEARSALCLOUD00",
        AWS_SECRET_ACCESS_KEY: secretAccessKey,
        AWS_CONFIG_FILE: os.devNull,
        AWS_SHARED_CREDENTIALS_FILE: os.devNull,
        AWS_EC2_METADATA_DISABLED: "true",
        NODE_EXTRA_CA_CERTS: source.caFile,
        PULUMI_BACKEND_URL: `file://${stateFolder(source.home)}`,
        PULUMI_CONFIG_PASSPHRASE: "rehearsal",
    };
}

/** Where the stacks' state lives. */
export function stateFolder(home: string): string {
    return path.join(path.resolve(home), "state");
}
