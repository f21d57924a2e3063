import type { AddressInfo } from "node:net";

import dynalite from "dynalite";

/** DynamoDB's stand-in, in a process of its own until its parent is gone. Tells its port. */
const server = dynalite({ createTableMs: 0 });
server.listen(0, "127.0.0.1", () => process.send?.((server.address() as AddressInfo).port));
process.once("disconnect", () => process.exit());
