// Refused by AWS: us_east_1, eu_west_1, failover_handler
// Caught by capacity-function-concurrency: failover_handler
// Caught by encryption-messaging-customer-managed-key: failover
// Caught by encryption-storage-customer-managed-key: failover_handler
// Caught by health-alarm-missing-data: us_east_1_5xx
// Caught by patching-function-runtime: failover_handler
import { declareSourceDocument } from "../sourceDocument/resources";

// As it was written: one variable is both an IP address and the name of an alias's target.
declareSourceDocument({ leadsTo: (ipAddress) => ({ ipAddress }), runtime: "python3.9" });
