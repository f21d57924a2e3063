import { expect } from "chai";
import { XMLParser } from "fast-xml-parser";

import { ApiServer } from "../../../../sandbox/world/api/server";
import { S3Api } from "../../../../sandbox/world/api/s3";
import { Buckets } from "../../../../sandbox/world/buckets/buckets";
import { Certificates } from "../../../../sandbox/world/certificates";
import type { NetworkResponse } from "../../../../sandbox/world/network";
import { signedRequest } from "../../../support/signedRequest";
import { RecordedMetrics, smallWorld, type SmallWorld } from "../../../support/smallWorld";

const region = "eu-west-1";
const bucket = "votes-bucket";
const host = `${bucket}.s3.${region}.amazonaws.com`;

function allowReads(condition?: Readonly<Record<string, unknown>>): Record<string, unknown> {
    return {
        Effect: "Allow",
        Principal: "*",
        Action: "s3:GetObject",
        Resource: `arn:aws:s3:::${bucket}/votes/*`,
        ...(condition === undefined ? {} : { Condition: condition }),
    };
}

const fromCheckers = { IpAddress: { "aws:SourceIp": ["15.177.0.0/18", "2600:1f18::/33"] } };

describe("buckets", () => {
    let world: SmallWorld;
    let buckets: Buckets;
    let api: ApiServer;
    let ca: string;

    beforeEach(async () => {
        world = await smallWorld();
        const certificates = await Certificates.open(world.home);
        ca = certificates.caPem;
        buckets = new Buckets(world, {
            certificates,
            metrics: new RecordedMetrics(),
            topics: { publish: () => "" },
        });
        api = new ApiServer(world, [new S3Api(buckets)]);
        world.declare("aws:s3/bucket:Bucket", region, bucket, { bucket });
        await buckets.start();
        await api.start();
    });

    afterEach(async () => {
        await api.stop();
        await buckets.stop();
        world.end();
    });

    function declarePolicy(...statements: readonly Record<string, unknown>[]): void {
        world.declare("aws:s3/bucketPolicy:BucketPolicy", region, bucket, {
            bucket,
            policy: JSON.stringify({ Version: "2012-10-17", Statement: statements }),
        });
    }

    function declareVote(content: string, computed = {}): void {
        world.declare(
            "aws:s3/bucketObjectv2:BucketObjectv2",
            region,
            `${bucket}/votes/us-east-1`,
            { bucket, key: "votes/us-east-1", content, contentType: "text/plain" },
            computed,
        );
    }

    function restrict(restrictPublicBuckets: boolean): void {
        world.declare("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", region, bucket, {
            bucket,
            restrictPublicBuckets,
        });
    }

    function get(
        path: string,
        from = world.network.checkerAddress("sa-east-1"),
        method = "GET",
    ): Promise<NetworkResponse> {
        return world.network.request({
            from,
            to: world.network.s3Address(region),
            port: 443,
            tls: true,
            host,
            method,
            path,
            timeoutMs: 5000,
            ca,
        });
    }

    function signed(
        method: string,
        path: string,
        body = "",
    ): Promise<{ status: number; text: string; headers: Headers }> {
        return signedRequest(world, { service: "s3", region, method, path, body });
    }

    it("lets a health checker read a vote over verified TLS, and nobody else", async () => {
        declarePolicy(allowReads(fromCheckers));
        declareVote("in-service");
        const answer = await get("/votes/us-east-1");
        expect(answer.status).to.equal(200);
        expect(answer.body.toString()).to.equal("in-service");
        expect(answer.headers["content-type"]).to.equal("text/plain");
        expect((await get("/votes/us-east-1", world.network.shopperAddress(0, 0))).status).to.equal(
            403,
        );
        expect(world.journal.since(0)).to.deep.include({
            ...world.journal.since(0)[0],
            caller: "checker:sa-east-1",
            plane: "data",
            service: "s3",
            action: "GetObject",
            region,
            outcome: "ok",
        });
    });

    it("serves the vote as it is now, and refuses it once it is deleted", async () => {
        declarePolicy(allowReads(fromCheckers));
        declareVote("in-service");
        declareVote("evacuate", { etag: "changed" });
        expect((await get("/votes/us-east-1")).body.toString()).to.equal("evacuate");
        world.store.delete(
            "aws:s3/bucketObjectv2:BucketObjectv2",
            region,
            `${bucket}/votes/us-east-1`,
        );
        expect((await get("/votes/us-east-1")).status).to.equal(403);
    });

    it("says that a key does not exist only to those who may list", async () => {
        declarePolicy(allowReads(fromCheckers));
        expect((await get("/votes/nothing")).status).to.equal(403);
        declarePolicy(allowReads(fromCheckers), {
            Effect: "Allow",
            Principal: "*",
            Action: "s3:ListBucket",
            Resource: `arn:aws:s3:::${bucket}`,
            Condition: fromCheckers,
        });
        const answer = await get("/votes/nothing");
        expect(answer.status).to.equal(404);
        expect(answer.body.toString()).to.include("<Code>NoSuchKey</Code>");
    });

    it("lets a deny win over an allow", async () => {
        declareVote("in-service");
        declarePolicy(allowReads(fromCheckers), {
            ...allowReads(),
            Effect: "Deny",
            Condition: { NotIpAddress: { "aws:SourceIp": "10.0.0.0/8" } },
        });
        expect((await get("/votes/us-east-1")).status).to.equal(403);
    });

    it("does not count a policy limited to fixed addresses as public, and restricts one that is", async () => {
        declareVote("in-service");
        restrict(true);
        declarePolicy(allowReads(fromCheckers));
        expect((await get("/votes/us-east-1")).status).to.equal(200);
        declarePolicy(allowReads());
        expect((await get("/votes/us-east-1")).status).to.equal(403);
        restrict(false);
        expect((await get("/votes/us-east-1")).status).to.equal(200);
    });

    it("gives nobody anonymous what a KMS key encrypts", async () => {
        declarePolicy(allowReads(fromCheckers));
        declareVote("in-service", { serverSideEncryption: "aws:kms" });
        const answer = await get("/votes/us-east-1");
        expect(answer.status).to.equal(400);
        expect(answer.body.toString()).to.include("Signature Version 4");
    });

    it("is a black hole while its region is lost, and answers after", async () => {
        declarePolicy(allowReads(fromCheckers));
        declareVote("in-service");
        world.faults.inject({ kind: "blackout", region });
        const error = await get("/votes/us-east-1").catch((reason: Error) => reason);
        expect(error).to.have.property("code", "timeout");
        world.faults.healAll();
        expect((await get("/votes/us-east-1")).status).to.equal(200);
    });

    it("puts, gets, lists and deletes through the API, path style", async () => {
        const put = await signed("PUT", `/${bucket}/a/b%20c.txt`, "hello");
        expect(put.status).to.equal(200);
        expect(put.headers.get("etag")).to.equal('"5d41402abc4b2a76b9719d911017c592"');
        expect((await signed("GET", `/${bucket}/a/b%20c.txt`)).text).to.equal("hello");
        await signed("PUT", `/${bucket}/z`, "");
        const listing = await signed("GET", `/${bucket}?list-type=2&delimiter=%2F`);
        const { ListBucketResult } = new XMLParser().parse(listing.text) as {
            ListBucketResult: { Contents: { Key: string }; CommonPrefixes: { Prefix: string } };
        };
        expect(ListBucketResult.Contents.Key).to.equal("z");
        expect(ListBucketResult.CommonPrefixes.Prefix).to.equal("a/");
        expect((await signed("DELETE", `/${bucket}/z`)).status).to.equal(204);
        expect((await signed("GET", `/${bucket}/z`)).status).to.equal(404);
        expect((await signed("GET", "/no-such-bucket/z")).text).to.include("NoSuchBucket");
    });

    it("keeps versions where versioning is on", async () => {
        world.declare("aws:s3/bucketVersioning:BucketVersioning", region, bucket, {
            bucket,
            versioningConfiguration: { status: "Enabled" },
        });
        const first = (await signed("PUT", `/${bucket}/k`, "1")).headers.get("x-amz-version-id");
        await signed("PUT", `/${bucket}/k`, "2");
        await signed("DELETE", `/${bucket}/k`);
        expect((await signed("GET", `/${bucket}/k`)).status).to.equal(404);
        expect((await signed("GET", `/${bucket}/k?versionId=${first}`)).text).to.equal("1");
    });

    it("changes the account's object when somebody puts over it, for a refresh to find", async () => {
        declareVote("in-service");
        await signed("PUT", `/${bucket}/votes/us-east-1`, "evacuate");
        const kept = world.store.get(
            "aws:s3/bucketObjectv2:BucketObjectv2",
            region,
            `${bucket}/votes/us-east-1`,
        );
        expect(kept?.outputs).to.include({ content: "evacuate" });
    });
});
