import * as pulumi from "@pulumi/pulumi";

import type { WriterInputs, WriterOutputs } from "./desiredWriter";

/** A member of the global cluster. */
export interface WriterMember {
    readonly region: string;
    readonly clusterIdentifier: pulumi.Input<string>;
    readonly clusterArn: pulumi.Input<string>;
}

export interface GlobalWriterArgs {
    readonly globalClusterIdentifier: pulumi.Input<string>;
    /** Region that is to write: one of the members'. */
    readonly writer: string;
    readonly members: readonly WriterMember[];
    /** Regions that are voted out of service: none of them can become the writer. */
    readonly outOfService: pulumi.Input<readonly string[]>;
    /** Most seconds a region may lag behind the writer to be switched over to. */
    readonly rpoSeconds: number;
    /**
     * Region whose latest writes may be lost, because it is the writer and cannot be switched over
     * from. While it is not the writer it means nothing.
     * @default none
     */
    readonly acceptDataLoss?: string;
    /** Most seconds that a change may take. @default 900 */
    readonly timeoutSeconds?: number;
}

/**
 * Which member of an Aurora global cluster writes, owned by this one resource. A role is no property of
 * a cluster: AWS changes it in a failover, by itself or by somebody's call, and every tool that keeps it
 * as one either takes the failover back or cannot go on
 * (hashicorp/terraform-provider-aws#18863, #42919, #28746).
 *
 * A change of `writer` becomes a switchover, which loses nothing and is called in the old writer's
 * region. When the old writer cannot take part, it is refused, unless `acceptDataLoss` names that
 * region: then it becomes a failover, and the lag that was measured before it is in `lastChange`. What
 * AWS did by itself is adopted once the program wants the same; until then the preview says so. Waits
 * until AWS confirms the roles.
 */
export class GlobalWriter extends pulumi.dynamic.Resource {
    /** Region that writes. */
    declare readonly currentWriter: pulumi.Output<string>;
    /** What the last change was: how, from where, with which lag. */
    declare readonly lastChange: pulumi.Output<WriterOutputs["lastChange"]>;

    constructor(name: string, args: GlobalWriterArgs, opts?: pulumi.CustomResourceOptions) {
        const byRegion = (
            value: (member: WriterMember) => pulumi.Input<string>,
        ): Record<string, pulumi.Input<string>> =>
            Object.fromEntries(args.members.map((member) => [member.region, value(member)]));
        super(
            provider,
            name,
            {
                globalClusterIdentifier: args.globalClusterIdentifier,
                writer: args.writer,
                members: byRegion(({ clusterArn }) => clusterArn),
                clusterIdentifiers: byRegion(({ clusterIdentifier }) => clusterIdentifier),
                outOfService: args.outOfService,
                rpoSeconds: args.rpoSeconds,
                acceptDataLoss: args.acceptDataLoss ?? "",
                timeoutSeconds: args.timeoutSeconds ?? 900,
                currentWriter: undefined,
                lastChange: undefined,
            },
            opts,
            "meridian",
            "GlobalWriter",
        );
    }
}

/**
 * Pulumi keeps this object's code in the state. It is only a door: the code behind it is loaded from the
 * program, so that the state neither changes with it nor holds a copy that grows old.
 */
const provider: pulumi.dynamic.ResourceProvider = {
    check: async (olds: WriterInputs, news: WriterInputs) => {
        const { inputs, failures } = await code().check(olds, news);
        return { inputs, failures: [...failures] };
    },
    diff: async (_id: string, olds: WriterOutputs, news: WriterInputs) => {
        const { changes, replaces } = await code().diff(olds, news);
        return { changes, replaces: [...replaces] };
    },
    create: async (inputs: WriterInputs) => code().create(inputs),
    update: async (_id: string, olds: WriterOutputs, news: WriterInputs) =>
        code().update(olds, news),
    read: async (id: string, props: WriterOutputs) => code().read(id, props),
};

/** Runs in the engine's process for dynamic resources, which starts in the program's folder. */
function code(): typeof import("./writerProvider") {
    const folder = process.cwd();
    /* eslint-disable @typescript-eslint/no-require-imports -- found only when it runs */
    require(`${folder}/infra/register.js`);
    return require(
        `${folder}/components/writer/writerProvider`,
    ) as typeof import("./writerProvider");
    /* eslint-enable @typescript-eslint/no-require-imports */
}
