import { expect } from "chai";

import {
    balancers,
    listenersOf,
    matcherOf,
    targetGroups,
} from "../../../../sandbox/world/loadBalancers/model";
import { redirectLocation } from "../../../../sandbox/world/loadBalancers/redirect";
import { Store } from "../../../../sandbox/world/store";

const region = "eu-west-1";
const balancerArn = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/shop/1";

describe("load balancer model", () => {
    let store: Store;

    beforeEach(() => {
        store = new Store();
        put("aws:lb/loadBalancer:LoadBalancer", balancerArn, { dnsName: "shop.elb.amazonaws.com" });
    });

    function put(type: string, arn: string, outputs: Record<string, unknown>): void {
        store.put({ type, region, id: arn, inputs: {}, outputs: { arn, ...outputs } });
    }

    function listener(outputs: Record<string, unknown>) {
        put("aws:lb/listener:Listener", "listener", {
            loadBalancerArn: balancerArn,
            port: 443,
            defaultActions: [{ type: "forward", targetGroupArn: "group" }],
            ...outputs,
        });
        const [balancer] = balancers(store);
        return listenersOf(store, balancer!)[0];
    }

    it("takes application load balancers alone, with AWS's defaults", () => {
        put("aws:lb/loadBalancer:LoadBalancer", "network", {
            dnsName: "n.elb.amazonaws.com",
            loadBalancerType: "network",
        });
        expect(balancers(store)).to.deep.equal([
            {
                arn: balancerArn,
                region,
                dnsName: "shop.elb.amazonaws.com",
                arnSuffix: "app/shop/1",
                dropInvalidHeaders: false,
                idleTimeoutMs: 60_000,
                webAclArn: undefined,
            },
        ]);
    });

    it("serves no TLS below 1.2, and 1.3 alone where the policy says so", () => {
        const minVersion = (sslPolicy?: string): string | undefined =>
            listener({ protocol: "HTTPS", sslPolicy })?.tls?.minVersion;
        expect(minVersion("ELBSecurityPolicy-TLS13-1-3-2021-06")).to.equal("TLSv1.3");
        expect(minVersion("ELBSecurityPolicy-TLS13-1-2-Res-2021-06")).to.equal("TLSv1.2");
        expect(minVersion("ELBSecurityPolicy-2016-08")).to.equal("TLSv1.2");
        expect(minVersion()).to.equal("TLSv1.2");
        expect(listener({ protocol: "HTTP" })?.tls).to.be.undefined;
    });

    it("names the certificate's names and the balancer's own", () => {
        put("aws:acm/certificate:Certificate", "certificate", {
            domainName: "example.com",
            subjectAlternativeNames: ["*.example.com"],
        });
        expect(
            listener({ protocol: "HTTPS", certificateArn: "certificate" })?.tls?.names,
        ).to.deep.equal(["example.com", "*.example.com", "shop.elb.amazonaws.com"]);
    });

    it("reads weighted, fixed and single actions", () => {
        const targetGroups = [
            { arn: "a", weight: 90 },
            { arn: "b", weight: 10 },
        ];
        expect(
            listener({ defaultActions: [{ type: "forward", forward: { targetGroups } }] })?.action,
        ).to.deep.equal({ kind: "forward", groups: targetGroups });
        expect(listener({})?.action).to.deep.equal({
            kind: "forward",
            groups: [{ arn: "group", weight: 1 }],
        });
        expect(
            listener({
                defaultActions: [
                    {
                        type: "fixed-response",
                        fixedResponse: { statusCode: "410", contentType: "text/plain" },
                    },
                ],
            })?.action,
        ).to.deep.equal({ kind: "fixed", status: 410, contentType: "text/plain", body: "" });
    });

    it("gives target groups the API's defaults", () => {
        put("aws:lb/targetGroup:TargetGroup", "arn:a:b:c:d:targetgroup/shop/1", {});
        const [group] = targetGroups(store, region).values();
        expect(group?.arnSuffix).to.equal("targetgroup/shop/1");
        expect(group?.deregistrationDelayMs).to.equal(300_000);
        expect(group?.check).to.deep.include({
            path: "/",
            port: undefined,
            intervalMs: 30_000,
            timeoutMs: 5000,
            healthyThreshold: 5,
            unhealthyThreshold: 2,
        });
    });

    it("matches codes, lists and ranges", () => {
        expect([200, 201].map(matcherOf("200"))).to.deep.equal([true, false]);
        expect([200, 202, 204].map(matcherOf("200,202"))).to.deep.equal([true, true, false]);
        expect([199, 200, 299, 300].map(matcherOf("200-299"))).to.deep.equal([
            false,
            true,
            true,
            false,
        ]);
    });

    it("fills a redirect from the request", () => {
        const network = { portFor: (port: number) => (port === 443 ? 8443 : port) };
        const request = {
            protocol: "HTTP",
            port: 80,
            host: "app.example.com:8080",
            url: "/a/b?c=d?e",
        } as const;
        const action = {
            kind: "redirect",
            status: 301,
            protocol: "HTTPS",
            port: "443",
            host: "#{host}",
            path: "/#{path}",
            query: "#{query}",
        } as const;
        expect(redirectLocation(action, request, network)).to.equal(
            "https://app.example.com:8443/a/b?c=d?e",
        );
        expect(
            redirectLocation(
                { ...action, port: "#{port}", path: "/new", query: "" },
                request,
                network,
            ),
        ).to.equal("https://app.example.com:80/new");
    });
});
