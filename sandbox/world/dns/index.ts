export { DnsServer } from "./server";
export type { Asker, ClientSubnet, DnsAnswer, ResolverOptions } from "./resolver";
