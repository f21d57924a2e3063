// Caught by logging-accelerator-flow-logs: front
import * as aws from "@pulumi/aws";

const front = new aws.globalaccelerator.Accelerator("front", {
    name: "front",
    ipAddressType: "IPV4",
    enabled: true,
});
new aws.globalaccelerator.Listener("front", {
    acceleratorArn: front.arn,
    protocol: "TCP",
    portRanges: [{ fromPort: 443, toPort: 443 }],
});
