// Refused by AWS: global
// Caught by encryption-table-customer-managed-key: global
// Caught by recovery-table-deletion-protection: global
// Caught by recovery-table-point-in-time: global
import { declareSourceTable } from "../sourceDocument/table";

// On demand, and provisioned; with one key for all regions, which is AWS's own.
declareSourceTable({
    units: { readCapacity: 1000, writeCapacity: 1000 },
    key: { kmsKeyArn: "alias/aws/dynamodb" },
});
