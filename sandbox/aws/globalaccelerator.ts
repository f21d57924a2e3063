import { acceleratorType } from "./globalaccelerator/accelerator";
import { endpointGroupType } from "./globalaccelerator/endpointGroup";
import { listenerType } from "./globalaccelerator/listener";

export const globalacceleratorTypes = [acceleratorType, endpointGroupType, listenerType];
