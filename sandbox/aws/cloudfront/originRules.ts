import type { Props } from "../../world/store";
import { items, number, record, records, text, texts } from "../support/known";
import type { Problems } from "../support/problems";

/** https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html#limits-web-distributions */
const most = { origins: 100, groups: 10, headers: 30 };

/** What an origin group may fail over on: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/high_availability_origin_failover.html#concept_origin_groups.creating */
const failoverCodes = [400, 403, 404, 416, 429, 500, 502, 503, 504];

const hostName = /^(?=.{1,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*$/i;

/**
 * Origins, and the groups that put two of them behind each other.
 *
 * @see https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_Origin.html
 * @see https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_OriginGroup.html
 */
export function checkOrigins(problems: Problems, inputs: Props): void {
    const origins = records(inputs, "origins");
    const groups = records(inputs, "originGroups");
    const count = items(inputs, "origins").length;
    if (Array.isArray(inputs.origins) && (count < 1 || count > most.origins)) {
        problems.add("origins", `must hold 1 to ${most.origins} origins, got ${count}`);
    }
    if (groups.length > most.groups) {
        problems.add("originGroups", `at most ${most.groups} are allowed, got ${groups.length}`);
    }
    const ids = [...origins, ...groups].flatMap((each) => text(each, "originId") ?? []);
    for (const id of new Set(ids.filter((each, index) => ids.indexOf(each) !== index))) {
        problems.add("origins", `the id "${id}" is used more than once`);
    }
    origins.forEach((origin, index) => checkOrigin(problems, origin, `origins[${index}].`));
    const known = origins.flatMap((origin) => text(origin, "originId") ?? []);
    groups.forEach((group, index) => checkGroup(problems, group, known, `originGroups[${index}].`));
}

function checkOrigin(problems: Problems, origin: Props, path: string): void {
    problems.matches(origin, "domainName", hostName, "must be the DNS name of a host", path);
    problems.matches(origin, "originId", /^.{1,128}$/, "must have 1 to 128 characters", path);
    problems.range(origin, "connectionAttempts", 1, 3, path);
    problems.range(origin, "connectionTimeout", 1, 10, path);
    if (items(origin, "customHeaders").length > most.headers) {
        problems.add(`${path}customHeaders`, `at most ${most.headers} are allowed`);
    }
    const custom = record(origin, "customOriginConfig");
    if (custom === undefined) {
        return;
    }
    const at = `${path}customOriginConfig.`;
    problems.oneOf(custom, "originProtocolPolicy", ["http-only", "https-only", "match-viewer"], at);
    problems.range(custom, "originReadTimeout", 1, 120, at);
    problems.range(custom, "originKeepaliveTimeout", 1, 120, at);
    for (const property of ["httpPort", "httpsPort"]) {
        const port = number(custom, property);
        if (port !== undefined && port !== 80 && port !== 443 && !(port >= 1024 && port <= 65535)) {
            problems.add(at + property, `must be 80, 443 or from 1024 to 65535, got ${port}`);
        }
    }
    const protocols = ["SSLv3", "TLSv1", "TLSv1.1", "TLSv1.2"];
    for (const protocol of texts(custom, "originSslProtocols")) {
        if (!protocols.includes(protocol)) {
            problems.add(
                `${at}originSslProtocols`,
                `must be of ${protocols.join(", ")}, got "${protocol}"`,
            );
        }
    }
    if (Array.isArray(custom.originSslProtocols) && custom.originSslProtocols.length === 0) {
        problems.add(`${at}originSslProtocols`, "must name at least one protocol");
    }
}

function checkGroup(
    problems: Problems,
    group: Props,
    origins: readonly string[],
    path: string,
): void {
    const count = items(group, "members").length;
    if (Array.isArray(group.members) && count !== 2) {
        problems.add(
            `${path}members`,
            `an origin group has exactly 2 members, a primary and a secondary, got ${count}`,
        );
    }
    const members = records(group, "members").flatMap((member) => text(member, "originId") ?? []);
    if (members.length === 2 && members[0] === members[1]) {
        problems.add(`${path}members`, `must be two origins, got "${members[0]}" twice`);
    }
    for (const member of members.filter((each) => !origins.includes(each))) {
        problems.add(
            `${path}members`,
            `must be origins of the distribution (${origins.join(", ")}), got "${member}"`,
        );
    }
    const criteria = record(group, "failoverCriteria");
    const codes = items(criteria, "statusCodes");
    if (criteria !== undefined && Array.isArray(criteria.statusCodes) && codes.length === 0) {
        problems.add(`${path}failoverCriteria.statusCodes`, "must name at least one status");
    }
    for (const code of codes) {
        if (typeof code === "number" && !failoverCodes.includes(code)) {
            problems.add(
                `${path}failoverCriteria.statusCodes`,
                `must be of ${failoverCodes.join(", ")}, got ${code}`,
            );
        }
    }
}
