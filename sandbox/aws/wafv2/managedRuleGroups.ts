/** Web ACL capacity units of AWS's own rule groups, https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-list.html. */
export const managedRuleGroups: Readonly<Record<string, number>> = {
    AWSManagedRulesACFPRuleSet: 50,
    AWSManagedRulesATPRuleSet: 50,
    AWSManagedRulesAdminProtectionRuleSet: 100,
    AWSManagedRulesAmazonIpReputationList: 25,
    AWSManagedRulesAnonymousIpList: 50,
    AWSManagedRulesAntiDDoSRuleSet: 50,
    AWSManagedRulesBotControlRuleSet: 50,
    AWSManagedRulesCommonRuleSet: 700,
    AWSManagedRulesKnownBadInputsRuleSet: 200,
    AWSManagedRulesLinuxRuleSet: 200,
    AWSManagedRulesPHPRuleSet: 100,
    AWSManagedRulesSQLiRuleSet: 200,
    AWSManagedRulesUnixRuleSet: 100,
    AWSManagedRulesWindowsRuleSet: 200,
    AWSManagedRulesWordPressRuleSet: 100,
};
