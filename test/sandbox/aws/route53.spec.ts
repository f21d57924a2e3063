import { expect } from "chai";

import { healthCheckType, recordType } from "../../../sandbox/aws/route53/recordSet";
import type { Props } from "../../../sandbox/world/store";
import { Account, refusal, zoneId } from "../support/account";

const alarmType = "aws:cloudwatch/metricAlarm:MetricAlarm";
const balancer = { dnsName: "app-1.eu-west-1.elb.amazonaws.com", zoneId: "Z32O12XQLNTSW2" };

describe("Route 53 records", () => {
    let account: Account;

    beforeEach(() => {
        account = new Account();
        account.given("aws:lb/loadBalancer:LoadBalancer", "lb", balancer);
        account.given(healthCheckType, "check-1", {}, "global");
    });
    afterEach(() => account.close());

    const base = { zoneId, name: "www.example.com", type: "A" };
    const values = { ttl: 60, records: ["192.0.2.1"] };
    const alias = (name: string, to = zoneId, evaluateTargetHealth = true) => ({
        aliases: [{ name, zoneId: to, evaluateTargetHealth }],
    });
    const weighted = (setIdentifier: string, weight = 1) => ({
        setIdentifier,
        weightedRoutingPolicies: [{ weight }],
    });
    const latency = (setIdentifier: string, region: string) => ({
        setIdentifier,
        latencyRoutingPolicies: [{ region }],
    });
    const failover = (setIdentifier: string, type: string) => ({
        setIdentifier,
        failoverRoutingPolicies: [{ type }],
    });
    const geolocation = (setIdentifier: string, place: Props) => ({
        setIdentifier,
        geolocationRoutingPolicies: [place],
    });

    const geoproximity = (place: Props) => ({
        setIdentifier: "1",
        geoproximityRoutingPolicy: place,
    });

    const create = (inputs: Props) => account.create(recordType, { ...base, ...inputs });

    it("computes the id and the full name", async () => {
        const simple = await create({ ...values, name: "www" });
        expect(simple.id).to.equal(`${zoneId}_www.example.com_A`);
        expect(simple.outputs.fqdn).to.equal("www.example.com");
        const apex = await create({ ...values, name: "Example.com.", ...weighted("blue") });
        expect(apex.id).to.equal(`${zoneId}_example.com_A_blue`);
    });

    it("has every policy that AWS has", async () => {
        await create({ ...values, name: "a", ...weighted("1", 0) });
        await create({ ...values, name: "a", ...weighted("2", 255) });
        await create({ ...values, name: "b", ...latency("1", "eu-west-1") });
        await create({ ...values, name: "b", ...latency("2", "us-east-1") });
        await create({
            ...values,
            name: "c",
            ...failover("1", "PRIMARY"),
            healthCheckId: "check-1",
        });
        await create({ ...values, name: "c", ...failover("2", "SECONDARY") });
        await create({ ...values, name: "d", ...geolocation("1", { continent: "EU" }) });
        await create({ ...values, name: "d", ...geolocation("2", { country: "*" }) });
        await create({
            ...values,
            name: "d",
            ...geolocation("3", { country: "US", subdivision: "CA" }),
        });
        await create({
            ...values,
            name: "e",
            setIdentifier: "1",
            multivalueAnswerRoutingPolicy: true,
        });
        await create({ ttl: 10, type: "TXT", name: "f", records: ["in-service", "a\\303b"] });
        await create({ ttl: 10, type: "MX", name: "f", records: ["10 mail.example.com."] });
        await create({ ttl: 10, type: "SRV", name: "f", records: ["1 2 443 www.example.com"] });
        await create({ ttl: 10, type: "CAA", name: "f", records: ['0 issue "amazon.com"'] });
        await create({
            ...values,
            name: "k",
            ...geoproximity({
                coordinates: [{ latitude: "-33.9", longitude: "151.2" }],
                bias: -99,
            }),
        });
        await create({ ...alias(balancer.dnsName, balancer.zoneId), name: "g" });
        await create({ ...alias(`dualstack.${balancer.dnsName}`, balancer.zoneId), name: "h" });
        await create({ ...alias("a.example.com"), name: "i" });
        await create({ type: "CNAME", ttl: 60, records: ["a.example.com"], name: "j" });
        expect(account.world.store.list(recordType)).to.have.length(19);
    });

    const malformed: Readonly<Record<string, readonly [Props, RegExp]>> = {
        "an alias with a TTL": [
            { ...alias("a.example.com"), ttl: 60 },
            /Expected exactly one of \[AliasTarget, all of \[TTL, and ResourceRecords\].*found more than one/,
        ],
        "values without a TTL": [{ records: ["192.0.2.1"] }, /found none/],
        "neither values nor an alias": [{}, /found none/],
        "two policies": [
            { ...values, ...weighted("1"), ...latency("1", "eu-west-1") },
            /at most one of/,
        ],
        "a policy without an identifier": [
            { ...values, weightedRoutingPolicies: [{ weight: 1 }] },
            /Missing field 'SetIdentifier'/,
        ],
        "an identifier without a policy": [
            { ...values, setIdentifier: "1" },
            /Expected exactly one of \[Weight, Region, .*found none/,
        ],
        "a weight of 256": [
            { ...values, ...weighted("1", 256) },
            /Weight must be from 0 to 255, got 256/,
        ],
        "two values under a weight": [
            { ...weighted("1"), ttl: 60, records: ["192.0.2.1", "192.0.2.2"] },
            /a weighted record set has one ResourceRecord/,
        ],
        "a failover alias that ignores its target's health": [
            { ...alias(balancer.dnsName, balancer.zoneId, false), ...failover("1", "PRIMARY") },
            /EvaluateTargetHealth must be set to true/,
        ],
        "a third failover role": [
            { ...values, ...failover("1", "TERTIARY") },
            /PRIMARY or SECONDARY/,
        ],
        "a latency region that is none": [
            { ...values, ...latency("1", "mars-1") },
            /Region must be one of/,
        ],
        "a country that is none": [
            { ...values, ...geolocation("1", { country: "XX" }) },
            /CountryCode must be/,
        ],
        "a country that Route 53 does not support": [
            { ...values, ...geolocation("1", { country: "BV" }) },
            /CountryCode must be/,
        ],
        "a continent that is none": [
            { ...values, ...geolocation("1", { continent: "XX" }) },
            /ContinentCode/,
        ],
        "a continent and a country": [
            { ...values, ...geolocation("1", { continent: "EU", country: "DE" }) },
            /must not be combined/,
        ],
        "a state of another country": [
            { ...values, ...geolocation("1", { country: "DE", subdivision: "BY" }) },
            /SubdivisionCode must be a state of the US/,
        ],
        "a multivalue alias": [
            { ...alias("a.example.com"), setIdentifier: "1", multivalueAnswerRoutingPolicy: true },
            /cannot be an alias/,
        ],
        "an address that is none": [
            { ttl: 60, records: ["192.0.2.300"] },
            /ARRDATAIllegalIPv4Address/,
        ],
        "an IPv4 address in an AAAA record": [
            { type: "AAAA", ...values },
            /AAAARRDATAIllegalIPv6Address/,
        ],
        "geoproximity from nowhere": [
            { ...values, ...geoproximity({ bias: 1 }) },
            /exactly one of AWSRegion, LocalZoneGroup and Coordinates, got 0/,
        ],
        "geoproximity from two places": [
            {
                ...values,
                ...geoproximity({
                    awsRegion: "eu-west-1",
                    coordinates: [{ latitude: "53", longitude: "-6" }],
                }),
            },
            /exactly one of AWSRegion, LocalZoneGroup and Coordinates, got 2/,
        ],
        "geoproximity from a region that has no place": [
            { ...values, ...geoproximity({ awsRegion: "mars-1" }) },
            /must be in one of us-east-1, .*got "mars-1"/,
        ],
        "a bias of 100": [
            { ...values, ...geoproximity({ awsRegion: "eu-west-1", bias: 100 }) },
            /Bias must be from -99 to 99, got 100/,
        ],
        "a latitude beyond the pole": [
            { ...values, ...geoproximity({ coordinates: [{ latitude: "91", longitude: "0" }] }) },
            /latitude must be from -90 to 90 .*got "91"/,
        ],
        "a longitude that is too precise": [
            {
                ...values,
                ...geoproximity({ coordinates: [{ latitude: "9", longitude: "0.123" }] }),
            },
            /longitude must be .*at most two decimal places/,
        ],
        "an MX value without a priority": [
            { type: "MX", ttl: 60, records: ["mail.example.com"] },
            /MXRRDATAIllegalFieldCount/,
        ],
        "an MX priority of 70000": [
            { type: "MX", ttl: 60, records: ["70000 mail.example.com"] },
            /priority must be from 0 to 65535/,
        ],
        "an SRV value without a port": [
            { type: "SRV", ttl: 60, records: ["1 2 www.example.com"] },
            /SRVRRDATAIllegalFieldCount/,
        ],
        "a CAA value with flags of 256": [
            { type: "CAA", ttl: 60, records: ['256 issue "amazon.com"'] },
            /flags from 0 to 255/,
        ],
        "a CAA value without quotation marks": [
            { type: "CAA", ttl: 60, records: ["0 issue amazon.com"] },
            /text in quotation marks/,
        ],
        "an SOA value with a word for a number": [
            { type: "SOA", ttl: 60, records: ["ns-1.example.com. x. 1 7200 often 1209600 60"] },
            /SOARRDATAIllegal/,
        ],
        "a CNAME to a label that is too long": [
            { type: "CNAME", ttl: 60, records: [`${"x".repeat(64)}.example.com`] },
            /DomainLabelTooLong/,
        ],
        "a CNAME to an empty label": [
            { type: "CNAME", ttl: 60, records: ["a..example.com"] },
            /DomainLabelEmpty/,
        ],
        "a TXT value beyond ASCII": [
            { type: "TXT", ttl: 60, records: ["grüezi"] },
            /Value contains invalid characters/,
        ],
        "the same value twice": [
            { ttl: 60, records: ["192.0.2.1", "192.0.2.1"] },
            /Duplicate Resource Record: '192.0.2.1'/,
        ],
        "a TXT value that is too long": [
            { type: "TXT", ttl: 60, records: ["x".repeat(256)] },
            /CharacterStringTooLong/,
        ],
        "a label that is too long": [
            { ...values, name: `${"x".repeat(64)}.example.com` },
            /DomainLabelTooLong/,
        ],
        "an empty label": [{ ...values, name: "a..example.com" }, /DomainLabelEmpty/],
        "a type that is none": [{ ...values, type: "ANAME" }, /Type must be one of/],
        "an alias to CloudFront with target health": [
            alias("d1.cloudfront.net", "Z2FDTNDATAQYW2"),
            /cannot be set to true when the alias target is a CloudFront distribution/,
        ],
    };
    for (const [title, [inputs, expected]] of Object.entries(malformed)) {
        it(`refuses ${title}, in the preview already`, () => {
            const failures = account.failures(recordType, { ...base, ...inputs }).join("; ");
            expect(failures).to.match(expected);
        });
    }

    const conflicts: Readonly<Record<string, readonly [Props, Props, RegExp]>> = {
        "the same name and type twice": [
            values,
            values,
            /InvalidChangeBatch: \[Tried to create resource record set \[name='www.example.com.', type='A'\] but it already exists\]/,
        ],
        "the same identifier twice": [
            { ...values, ...weighted("1") },
            { ...values, ...weighted("1") },
            /set-identifier='1'\] but it already exists/,
        ],
        "a second policy beside weighted sets": [
            { ...values, ...weighted("1") },
            { ...values, ...latency("2", "eu-west-1") },
            /cannot be created as a non-latency set exists with the same name and type/,
        ],
        "a weighted set beside a simple one": [
            values,
            { ...values, ...weighted("1") },
            /cannot be created as a non-weighted set exists/,
        ],
        "a simple set beside weighted ones": [
            { ...values, ...weighted("1") },
            values,
            /cannot be created as other RRSets exist with the same name and type/,
        ],
        "the same latency region twice": [
            { ...values, ...latency("1", "eu-west-1") },
            { ...values, ...latency("2", "eu-west-1") },
            /Region Name=eu-west-1 cannot be created because a latency RRSet with the same name, type and region already exists/,
        ],
        "a second primary": [
            { ...values, ...failover("1", "PRIMARY") },
            { ...values, ...failover("2", "PRIMARY") },
            /Failover=PRIMARY cannot be created because a failover RRSet/,
        ],
        "the same place twice": [
            { ...values, ...geolocation("1", { country: "DE" }) },
            { ...values, ...geolocation("2", { country: "DE" }) },
            /GeoLocation=DE cannot be created because a geolocation RRSet/,
        ],
        "a CNAME beside another record": [
            values,
            { type: "CNAME", ttl: 60, records: ["example.org"] },
            /RRSet of type CNAME .* is not permitted as it conflicts with other records/,
        ],
        "another record beside a CNAME": [
            { type: "CNAME", ttl: 60, records: ["example.org"] },
            values,
            /not permitted because a conflicting RRSet of type CNAME/,
        ],
    };
    for (const [title, [first, second, expected]] of Object.entries(conflicts)) {
        it(`refuses ${title}`, async () => {
            await create(first);
            expect(await refusal(create(second))).to.match(expected);
            await create({ ...second, name: "other.example.com" });
        });
    }

    const misplaced: Readonly<Record<string, readonly [Props, RegExp]>> = {
        "a zone that does not exist": [
            { ...values, zoneId: "ZNONE" },
            /NoSuchHostedZone: No hosted zone found with ID: ZNONE/,
        ],
        "a health check that does not exist": [
            { ...values, healthCheckId: "check-2" },
            /NoSuchHealthCheck: No health check exists with the specified ID check-2/,
        ],
        "a CNAME at the apex": [
            { name: "example.com", type: "CNAME", ttl: 60, records: ["example.org"] },
            /not permitted at apex in zone example.com/,
        ],
        "an alias to a record that is not there": [
            alias("missing.example.com"),
            /Tried to create an alias that targets missing.example.com., type A in zone Z0123456789EXAMPLE, but that target was not found/,
        ],
        "an alias to itself": [alias("www.example.com"), /the alias target is the record itself/],
        "an alias out of its zone": [
            alias(balancer.dnsName),
            /but the alias target name does not lie within the target zone/,
        ],
        "an alias to a load balancer under another region's zone": [
            alias(balancer.dnsName, "Z35SXDOTRQ7X7K"),
            /but the alias target name does not lie within the target zone/,
        ],
        "an alias to a load balancer that is not there": [
            alias("app-2.eu-west-1.elb.amazonaws.com", balancer.zoneId),
            /but that target was not found/,
        ],
    };
    for (const [title, [inputs, expected]] of Object.entries(misplaced)) {
        it(`refuses ${title}`, async () => {
            expect(await refusal(create(inputs))).to.match(expected);
        });
    }

    it("refuses an alias to a record of another type", async () => {
        await create({ ...values, name: "v4" });
        expect(await refusal(create({ ...alias("v4.example.com"), type: "AAAA" }))).to.contain(
            "that target was not found",
        );
    });

    it("overwrites only where it is told to", async () => {
        await create(values);
        await create({ ttl: 5, records: ["192.0.2.9"], allowOverwrite: true });
        expect(
            account.world.store.list(recordType).map(({ outputs }) => outputs.ttl),
        ).to.deep.equal([5]);
    });

    it("updates a record in place, also its own weight", async () => {
        const made = await create({ ...values, ...weighted("1", 100) });
        const inputs = { ...base, ...values, ...weighted("1", 1) };
        const updated = await account.update(recordType, made, inputs);
        expect(updated.outputs.weightedRoutingPolicies).to.deep.equal([{ weight: 1 }]);
        expect(account.world.store.list(recordType)).to.have.length(1);
    });
});

describe("Route 53 health checks", () => {
    let account: Account;

    beforeEach(() => (account = new Account()));
    afterEach(() => account.close());

    const https = { type: "HTTPS", fqdn: "app.example.com" };
    const match = { type: "HTTPS_STR_MATCH", fqdn: "app.example.com" };

    const follower = {
        type: "CLOUDWATCH_METRIC",
        cloudwatchAlarmName: "alarm",
        cloudwatchAlarmRegion: "eu-west-1",
        insufficientDataHealthStatus: "Unhealthy",
    };
    const sound: Readonly<Record<string, Props>> = {
        "an endpoint check": {
            ...https,
            port: 443,
            resourcePath: "/health",
            requestInterval: 10,
            failureThreshold: 3,
            regions: ["us-east-1", "eu-west-1", "sa-east-1"],
            enableSni: true,
            measureLatency: true,
        },
        "a string match": { ...match, searchString: "evacuate", invertHealthcheck: true },
        "a calculated check of nothing": { type: "CALCULATED", childHealthThreshold: 0 },
        "an alarm's check": follower,
        "a routing control's check": { type: "RECOVERY_CONTROL", routingControlArn: "arn:aws:x" },
        "a TCP check": { type: "TCP", ipAddress: "172.32.0.1", port: 5432 },
        "a check of an IPv6 address": { type: "HTTPS", ipAddress: "2600:1f00::1" },
    };
    for (const [title, inputs] of Object.entries(sound)) {
        it(`accepts ${title}`, async () => {
            account.given(alarmType, "alarm", { evaluationPeriods: 2 });
            const { id, outputs } = await account.create(healthCheckType, inputs);
            expect(id).to.match(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
            expect(outputs.arn).to.equal(`arn:aws:route53:::healthcheck/${id}`);
        });
    }

    it("fills in what AWS fills in", async () => {
        const { outputs } = await account.create(healthCheckType, https);
        expect(outputs).to.include({
            port: 443,
            requestInterval: 30,
            failureThreshold: 3,
            enableSni: true,
            invertHealthcheck: false,
        });
    });

    const malformed: Readonly<Record<string, readonly [Props, RegExp]>> = {
        "an unknown type": [{ type: "ICMP" }, /type: must be one of/],
        "no endpoint": [{ type: "HTTPS" }, /one of FullyQualifiedDomainName and IPAddress/],
        "an interval of 20": [
            { ...https, requestInterval: 20 },
            /RequestInterval must be 10 or 30, got 20/,
        ],
        "a threshold of 0": [
            { ...https, failureThreshold: 0 },
            /failureThreshold: must be a whole number from 1 to 10, got 0/,
        ],
        "a threshold of 11": [{ ...https, failureThreshold: 11 }, /from 1 to 10, got 11/],
        "two checker regions": [
            { ...https, regions: ["us-east-1", "eu-west-1"] },
            /at least 3 health checker regions must be specified, got 2/,
        ],
        "a region without checkers": [
            { ...https, regions: ["us-east-1", "eu-west-1", "ap-south-1"] },
            /regions: must be of .*, got "ap-south-1"/,
        ],
        "a string match without a string": [match, /SearchString must be specified/],
        "a string that is too long": [
            { ...match, searchString: "x".repeat(256) },
            /searchString: 1 to 255 characters, got 256/,
        ],
        "a string without a string match": [
            { ...https, searchString: "x" },
            /searchString: only allowed for/,
        ],
        "TCP without a port": [{ type: "TCP", fqdn: "x.example.com" }, /port: required/],
        ...Object.fromEntries(
            ["10.0.0.1", "172.31.0.1", "100.127.0.1", "239.0.0.1", "::1", "fd00::1", "shop"].map(
                (ipAddress) => [
                    `the address ${ipAddress}`,
                    [{ type: "HTTPS", ipAddress }, /must be a public address/] as const,
                ],
            ),
        ),
        "a calculated check without a threshold": [
            { type: "CALCULATED" },
            /must have a health threshold specified/,
        ],
        "a calculated check with a threshold of 257": [
            { type: "CALCULATED", childHealthThreshold: 257 },
            /childHealthThreshold: must be a whole number from 0 to 256/,
        ],
        "256 children": [
            {
                type: "CALCULATED",
                childHealthThreshold: 1,
                childHealthchecks: Array.from({ length: 256 }, (_, index) => `c${index}`),
            },
            /at most 255 child health checks are allowed, got 256/,
        ],
        "an endpoint's property on a calculated check": [
            { type: "CALCULATED", childHealthThreshold: 1, requestInterval: 10 },
            /requestInterval: not allowed for a health check of type CALCULATED/,
        ],
        "children of an endpoint check": [
            { ...https, childHealthchecks: ["x"] },
            /childHealthchecks: only allowed for a health check of type CALCULATED/,
        ],
        "an alarm's check without an alarm": [
            { type: "CLOUDWATCH_METRIC" },
            /cloudwatchAlarmName: required/,
        ],
        "a routing control's check without one": [
            { type: "RECOVERY_CONTROL" },
            /routingControlArn: required/,
        ],
    };
    for (const [title, [inputs, expected]] of Object.entries(malformed)) {
        it(`refuses ${title}`, () => {
            expect(account.failures(healthCheckType, inputs).join("; ")).to.match(expected);
        });
    }

    const unsupported: Readonly<Record<string, readonly [Props, RegExp]>> = {
        "metric math": [{ metricQueries: [{ id: "m" }] }, /uses metric math/],
        "an extended statistic": [{ extendedStatistic: "p99" }, /uses an extended statistic/],
        "a period of 10 seconds": [{ period: 10 }, /uses a high-resolution metric/],
        "2 out of 3 data points": [
            { evaluationPeriods: 3, datapointsToAlarm: 2 },
            /needs M out of N data points/,
        ],
    };
    for (const [title, [alarm, expected]] of Object.entries(unsupported)) {
        it(`does not follow an alarm of ${title}`, async () => {
            account.given(alarmType, "alarm", { evaluationPeriods: 3, ...alarm });
            expect(await refusal(account.create(healthCheckType, follower))).to.match(expected);
        });
    }

    it("follows an alarm of the region it names only", async () => {
        account.given(alarmType, "alarm", { evaluationPeriods: 3 }, "us-east-1");
        expect(await refusal(account.create(healthCheckType, follower))).to.contain(
            "CloudWatch alarm alarm does not exist in eu-west-1",
        );
    });

    it("takes children that exist, and no calculated ones", async () => {
        const calculated = (children: readonly string[]) => ({
            type: "CALCULATED",
            childHealthThreshold: 1,
            childHealthchecks: children,
        });
        const leaf = await account.create(healthCheckType, https);
        const sum = await account.create(healthCheckType, calculated([leaf.id]));
        expect(await refusal(account.create(healthCheckType, calculated(["nobody"])))).to.contain(
            "Child health check nobody does not exist",
        );
        const refused = "a calculated health check cannot monitor another";
        expect(
            await refusal(account.create(healthCheckType, calculated([leaf.id, sum.id]))),
        ).to.contain(refused);
        expect(
            await refusal(account.update(healthCheckType, sum, calculated([sum.id]))),
        ).to.contain(refused);
    });

    it("replaces what Route 53 cannot update", async () => {
        const made = await account.create(healthCheckType, { ...https, requestInterval: 10 });
        const changes = (news: Props) =>
            account.controlPlane.diff({
                settings: { region: "eu-west-1", defaultTags: {} },
                urn: `urn:pulumi:s::p::${healthCheckType}::c`,
                id: made.id,
                olds: made.outputs,
                oldInputs: { ...https, requestInterval: 10 },
                news,
                ignoreChanges: [],
            }).replaces;
        expect(changes({ ...https, requestInterval: 30 })).to.deep.equal(["requestInterval"]);
        expect(changes({ ...https, type: "TCP", requestInterval: 10 })).to.deep.equal(["type"]);
        expect(changes({ ...https, requestInterval: 10, failureThreshold: 2 })).to.deep.equal([]);
    });

    it("can be deleted while a record still names it, as on AWS", async () => {
        const made = await account.create(healthCheckType, https);
        await account.create(recordType, {
            zoneId,
            name: "a.example.com",
            type: "A",
            ttl: 60,
            records: ["192.0.2.1"],
            healthCheckId: made.id,
        });
        await account.delete(healthCheckType, made);
        expect(account.world.store.list(healthCheckType)).to.deep.equal([]);
    });
});
