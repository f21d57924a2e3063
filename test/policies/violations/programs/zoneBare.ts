// Caught by logging-zone-queries: campaign
// Caught by routing-zone-signed: campaign
import * as aws from "@pulumi/aws";

const zone = new aws.route53.Zone("campaign", { name: "black-friday.example.com" });

export const nameServers = zone.nameServers;
