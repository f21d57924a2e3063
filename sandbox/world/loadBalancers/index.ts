export { LoadBalancers, type LoadBalancersOptions } from "./loadBalancers";
