import * as acm from "@pulumi/aws/acm";
import * as route53 from "@pulumi/aws/route53";
import * as pulumi from "@pulumi/pulumi";

export interface CertificateArgs {
    readonly zoneId: string;
    /** On every region's certificate. The first name of all is the certificate's own. */
    readonly sharedNames: readonly string[];
    /** On this certificate alone. */
    readonly ownNames: readonly string[];
    /** @default the region of the stack */
    readonly region?: string;
}

/** A certificate of one region, validated by DNS in the zone and renewed as long as its records stay. */
export class Certificate extends pulumi.ComponentResource {
    /** Known only once the certificate is issued. */
    readonly arn: pulumi.Output<string>;

    constructor(name: string, args: CertificateArgs, opts?: pulumi.ComponentResourceOptions) {
        super("meridian:components:Certificate", name, {}, opts);

        const [domainName = "", ...others] = [...args.sharedNames, ...args.ownNames];
        const region = args.region === undefined ? {} : { region: args.region };
        const certificate = new acm.Certificate(
            name,
            {
                ...region,
                domainName,
                subjectAlternativeNames: others,
                validationMethod: "DNS",
                keyAlgorithm: "EC_prime256v1",
            },
            // A listener must always have one: the next certificate is there before the last one goes.
            { parent: this },
        );
        const records = [
            ...args.sharedNames.map((domain) =>
                this.createRecord(`${name}-${domain}`, domain, args.zoneId, certificate, "shared"),
            ),
            ...args.ownNames.map((domain) =>
                this.createRecord(`${name}-${domain}`, domain, args.zoneId, certificate, "own"),
            ),
        ];
        const validation = new acm.CertificateValidation(
            name,
            {
                ...region,
                certificateArn: certificate.arn,
                validationRecordFqdns: records.map((record) => record.fqdn),
            },
            { parent: this },
        );

        this.arn = validation.certificateArn;
        this.registerOutputs({ arn: this.arn });
    }

    /**
     * The record that proves control of a name. ACM derives it from the account and the name alone, so
     * the regions' certificates ask for the very same record for a name that they share. Each region
     * writes it, whoever comes first; none deletes it, because the others' renewals need it still.
     *
     * @see https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html
     */
    private createRecord(
        name: string,
        domain: string,
        zoneId: string,
        certificate: acm.Certificate,
        ownership: "shared" | "own",
    ): route53.Record {
        const option = certificate.domainValidationOptions.apply((options) => {
            const found = options.find((candidate) => candidate.domainName === domain);
            if (found === undefined) {
                throw new Error(`the certificate offers no validation record for ${domain}`);
            }
            return found;
        });
        return new route53.Record(
            name,
            {
                zoneId,
                name: option.resourceRecordName,
                type: option.resourceRecordType,
                records: [option.resourceRecordValue],
                ttl: 300,
                allowOverwrite: ownership === "shared",
            },
            { parent: this, retainOnDelete: ownership === "shared" },
        );
    }
}
