import https from "node:https";

/** Longest wait for one probe, milliseconds: what a Route 53 health checker gives connect and answer together. */
const timeoutMs = 6000;

/**
 * The web ACL before a load balancer blocks who does not say who they are.
 *
 * @see https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-baseline.html#aws-managed-rule-groups-baseline-crs
 */
const headers = { "user-agent": "meridian-observer" };

/** `ok`, or why not: an HTTP status, an error code, or `timeout`. */
export type ProbeResult = string;

/**
 * One GET on a connection of its own: a kept-alive one would hide a region that takes no new ones.
 * Never throws.
 */
export function probe(url: URL): Promise<ProbeResult> {
    return new Promise((resolve) => {
        const request = https.get(url, { agent: false, headers }, (response) => {
            response.resume();
            const status = response.statusCode ?? 0;
            response.on("end", () => finish(status >= 200 && status < 400 ? "ok" : String(status)));
            response.on("error", (error: NodeJS.ErrnoException) => finish(error.code ?? "reset"));
        });
        const timer = setTimeout(() => {
            finish("timeout");
            request.destroy();
        }, timeoutMs);
        request.on("error", (error: NodeJS.ErrnoException) => finish(error.code ?? "failed"));

        function finish(result: ProbeResult): void {
            clearTimeout(timer);
            resolve(result);
        }
    });
}
