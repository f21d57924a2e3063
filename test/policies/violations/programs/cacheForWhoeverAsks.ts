// Caught by access-cache-default-user: default
import * as aws from "@pulumi/aws";

const everybody = new aws.elasticache.User("default", {
    userId: "shop-default",
    userName: "default",
    engine: "redis",
    accessString: "on ~* +@read",
    authenticationMode: { type: "no-password-required" },
});
new aws.elasticache.UserGroup("shop", {
    userGroupId: "shop",
    engine: "redis",
    userIds: [everybody.userId],
});
