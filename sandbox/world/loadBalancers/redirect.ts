import type { Network } from "../network";
import type { Action } from "./model";

export interface RedirectedRequest {
    readonly protocol: "HTTP" | "HTTPS";
    /** Port of the listener, as on AWS. */
    readonly port: number;
    /** Host header. */
    readonly host: string;
    /** Path and query. */
    readonly url: string;
}

/**
 * Where a redirect action leads. The world's ports stand for 443 and 80, so the address names the
 * port that works here where AWS would leave out the default one.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-listeners.html#redirect-actions
 */
export function redirectLocation(
    action: Extract<Action, { kind: "redirect" }>,
    request: RedirectedRequest,
    network: Pick<Network, "portFor">,
): string {
    const [path = "/", query = ""] = request.url.split(/\?(.*)/s);
    const values: Readonly<Record<string, string>> = {
        protocol: request.protocol,
        host: request.host.replace(/:\d+$/, ""),
        port: String(request.port),
        path: path.replace(/^\//, ""),
        query,
    };
    const fill = (text: string): string =>
        text.replace(/#\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);

    const protocol = fill(action.protocol).toLowerCase();
    const port = network.portFor(Number(fill(action.port)));
    const filledQuery = fill(action.query);
    return (
        `${protocol}://${fill(action.host)}:${port}${fill(action.path)}` +
        (filledQuery === "" ? "" : `?${filledQuery}`)
    );
}
