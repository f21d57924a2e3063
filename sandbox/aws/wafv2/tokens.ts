export const webAclToken = "aws:wafv2/webAcl:WebAcl";
export const associationToken = "aws:wafv2/webAclAssociation:WebAclAssociation";
export const loggingToken = "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration";
