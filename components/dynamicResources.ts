import * as pulumi from "@pulumi/pulumi";

/**
 * The engine's process for a program's own resources. Its default one is configured with all of the
 * project's settings, so that every new vote, share or dial would be a change of it, too, and no proof
 * of a lane would pass.
 */
export class DynamicResources extends pulumi.ProviderResource {
    constructor(name: string, opts?: pulumi.ResourceOptions) {
        super("pulumi-nodejs", name, {}, opts);
    }
}
