import type { GlobalDatabaseArgs } from "./globalDatabase";

/** A primary and ten secondaries: https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-global-database.html */
const mostMembers = 11;

/** What AWS would refuse of a global database, as far as it can be told before anything exists. */
export function globalDatabaseProblems(
    args: Pick<GlobalDatabaseArgs, "home" | "instanceClass" | "instances" | "backupDays"> & {
        readonly members: readonly { readonly region: string }[];
    },
): readonly string[] {
    const regions = args.members.map(({ region }) => region);
    return [
        ...(regions.includes(args.home)
            ? []
            : [`\`home\`: must be of ${regions.join(", ")}, got ${args.home}`]),
        ...(regions.length <= mostMembers
            ? []
            : [
                  `\`members\`: must be at most ${mostMembers} regions, got ${regions.length}; a global database spans no more`,
              ]),
        ...(/^db\.(?!t\d)[a-z0-9-]+\.[a-z0-9]+$/.test(args.instanceClass)
            ? []
            : [
                  `\`instanceClass\`: must be a class that a global database takes, such as db.r6g.large, got ${args.instanceClass}; burstable ones are not`,
              ]),
        ...(args.instances >= 1 && args.instances <= 16
            ? []
            : [`\`instances\`: must be 1 to 16, got ${args.instances}`]),
        ...(args.backupDays >= 1 && args.backupDays <= 35
            ? []
            : [`\`backupDays\`: must be 1 to 35, got ${args.backupDays}`]),
    ];
}
