/** A resource as plain data: of a preview, of an update, or of a stack's exported state. */
export interface PlainResource {
    readonly urn: string;
    /** Type token, such as `aws:route53/record:Record`. */
    readonly type: string;
    /** By Pulumi name, as Pulumi writes them. What a preview does not know is `unknown`, or left out. */
    readonly props: Plain;
    /** URNs of the resources that a property's value comes from, by property: stand in for what is unknown. */
    readonly from?: Readonly<Record<string, readonly string[]>>;
}

export type Plain = Readonly<Record<string, unknown>>;

/** A text that is known and not empty. */
export function text(props: Plain | undefined, name: string): string | undefined {
    const value = props?.[name];
    return typeof value === "string" && value !== "" ? value : undefined;
}

export function number(props: Plain | undefined, name: string): number | undefined {
    const value = props?.[name];
    return typeof value === "number" ? value : undefined;
}

/** Elements of a list that are known texts. */
export function texts(props: Plain | undefined, name: string): readonly string[] {
    const value = props?.[name];
    return Array.isArray(value) ? value.filter((each) => typeof each === "string") : [];
}

/** The one block of a property; Pulumi writes it as a list of one, or as the block itself. */
export function block(props: Plain, name: string): Plain | undefined {
    const value = props[name];
    const first: unknown = Array.isArray(value) ? value[0] : value;
    return typeof first === "object" && first !== null ? (first as Plain) : undefined;
}

/** A DNS name as names are compared: lower case, no final dot, `\052` read as `*`. */
export function canonicalName(name: string): string {
    return name
        .toLowerCase()
        .replace(/\.$/, "")
        .replace(/^\\052/, "*");
}

const regionLabel =
    /(?:^|[.-])((?:af|ap|ca|cn|eu|il|me|mx|sa|us)(?:-gov)?-(?:north|south|east|west|central)(?:east|west)?-\d)(?=\.|$)/g;

/** The AWS region in a host name of AWS's (`lb-1.eu-west-1.elb.amazonaws.com`), if it names one. */
export function regionInHost(host: string): string | undefined {
    return /\.amazonaws\.com(\.cn)?$/.test(host)
        ? [...host.matchAll(regionLabel)].at(-1)?.[1]
        : undefined;
}

/** The region that a resource is in: what it says, else what its ARN says. */
export function regionOf({ props }: PlainResource): string | undefined {
    return text(props, "region") ?? /^arn:[^:]*:[^:]*:([^:]+):/.exec(text(props, "arn") ?? "")?.[1];
}
