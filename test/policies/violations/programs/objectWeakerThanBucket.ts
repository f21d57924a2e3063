// Caught by encryption-object-keeps-bucket-key: price-list
import * as aws from "@pulumi/aws";

// From the wiki: "always set the encryption of what you upload".
new aws.s3.BucketObjectv2("price-list", {
    bucket: "catalogue-eu-west-1-111122223333",
    key: "price-list.json",
    content: JSON.stringify({ currency: "EUR", items: [] }),
    contentType: "application/json",
    serverSideEncryption: "AES256",
});
