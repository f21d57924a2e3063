import { mostZones } from "./addressPlan";
import type { RegionArgs } from "./region";
import { parseEcrImage } from "./servicePermissions";
import { voteProblems } from "./voteProblems";

type Judged = "availabilityZones" | "vpcCidr" | "image" | "votes" | "minimumTasks" | "maximumTasks";

/**
 * Every way in which a region's arguments contradict each other; empty when they are sound. Those that
 * are absent are not judged: configuration reports a missing value itself.
 */
export function regionProblems(
    args: Pick<RegionArgs, "region" | "regions"> & Partial<Pick<RegionArgs, Judged>>,
): readonly string[] {
    const { region, regions, availabilityZones, vpcCidr, image, votes } = args;
    return [
        ...(availabilityZones === undefined ? [] : zoneProblems(region, availabilityZones)),
        ...(vpcCidr === undefined ? [] : blockProblems(vpcCidr)),
        ...(image === undefined ? [] : imageProblems(region, image)),
        ...taskProblems(args.minimumTasks, args.maximumTasks),
        ...(votes === undefined ? [] : voteProblems(region, regions, votes)),
    ];
}

/** @see https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html */
function blockProblems(vpcCidr: string): readonly string[] {
    const [, first, second] = /^(\d{1,3})\.(\d{1,3})\.0\.0\/16$/.exec(vpcCidr) ?? [];
    const [a, b] = [Number(first), Number(second)];
    const isPrivate =
        b <= 255 && (a === 10 || (a === 172 && b >= 16 && b <= 31) || (a === 192 && b === 168));
    return isPrivate
        ? []
        : [
              `\`vpcCidr\`: must be a private /16 (10.x.0.0/16, 172.16.0.0/16 to 172.31.0.0/16 or 192.168.0.0/16), got ${vpcCidr}`,
          ];
}

function zoneProblems(region: string, zones: readonly string[]): readonly string[] {
    const problems: string[] = [];
    if (zones.length < 3 || zones.length > mostZones || new Set(zones).size !== zones.length) {
        problems.push(
            `\`availabilityZones\`: must be 3 to ${mostZones} different zones, got ${zones.join(", ") || "none"}`,
        );
    }
    const strangers = zones.filter((zone) => !new RegExp(`^${region}[a-z]$`).test(zone));
    if (strangers.length > 0) {
        problems.push(
            `\`availabilityZones\`: must be zones of ${region}, such as ${region}a, got ${strangers.join(", ")}`,
        );
    }
    return problems;
}

function imageProblems(region: string, image: string): readonly string[] {
    const form = `<account>.dkr.ecr.${region}.amazonaws.com/<repository>:<tag>`;
    const parsed = parseEcrImage(image);
    if (parsed === undefined) {
        return [`\`image\`: must be ${form}, got ${image}`];
    }
    return parsed.region === region
        ? []
        : [
              `\`image\`: must be in the region's own registry (${form}), got ${image}; replicate the repository to ${region}`,
          ];
}

function taskProblems(minimum: number | undefined, maximum: number | undefined): readonly string[] {
    return minimum === undefined || maximum === undefined || minimum <= maximum
        ? []
        : [`\`maximumTasks\`: must be at least minimumTasks (${minimum}), got ${maximum}`];
}
