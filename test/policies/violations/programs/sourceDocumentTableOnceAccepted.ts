// Caught by encryption-table-customer-managed-key: global
// Caught by recovery-table-backup-plan: global
// Caught by recovery-table-deletion-protection: global
// Caught by recovery-table-point-in-time: global
import { declareSourceTable } from "../sourceDocument/table";

declareSourceTable({ units: {}, key: {} });
