// Caught by capacity-function-concurrency: failover_handler
// Caught by encryption-messaging-customer-managed-key: failover
// Caught by encryption-storage-customer-managed-key: failover_handler
// Caught by health-alarm-missing-data: us_east_1_5xx
// Caught by patching-function-runtime: failover_handler
// Caught by recovery-function-dead-letters: failover_handler
// Caught by routing-default-geolocation: app_geo-ap-south-1
// Caught by routing-one-policy: app_failover_primary
// Caught by routing-unique-records: app_latency-ap-south-1, app_latency-eu-west-1, app_latency-us-east-1
import { declareSourceDocument } from "../sourceDocument/resources";

// With no more mended than AWS asks for.
declareSourceDocument({ leadsTo: (fqdn) => ({ fqdn }), runtime: "python3.10" });
