/** What region stacks and the global stack both have to know of the database. */
export const databaseName = "storefront";

/** Who the storefront signs in as, by IAM; made by runtime/service/database/setUp.sql. */
export const databaseUser = "storefront";
