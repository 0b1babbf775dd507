/** The validation that turns unknown data into layers, field by field. */
import {
  asFields,
  asInteger,
  asList,
  asName,
  asOneOf,
  asShape,
  asText,
  ContractError,
  type Fields,
} from "./checks";
import { activations, kinds, type LayerCommon, type LayerSpec, type Pair, paddings } from "./layers";

/** What a layer has besides the fields of all layers. */
type Own<Layer> = Layer extends LayerSpec ? Omit<Layer, keyof LayerCommon> : never;

/** Check one layer's own fields. Raises ContractError with the field's path, the expectation and what came. */
export function parseLayer(value: unknown, what: string): LayerSpec {
  const fields = asFields(value, what);
  const common = {
    name: asName(fields.name, `${what}.name`),
    title: asName(fields.title, `${what}.title`),
    ...given(fields, "inputs", (value) => names(value, `${what}.inputs`)),
    input_shape: asShape(fields.input_shape, `${what}.input_shape`, null),
    output_shape: asShape(fields.output_shape, `${what}.output_shape`, null),
    parameters: asInteger(fields.parameters, `${what}.parameters`),
  };
  return { ...common, ...ownFields(fields, what) } as LayerSpec;
}

/** The kind, and the fields that belong to it. */
function ownFields(fields: Fields, what: string): Own<LayerSpec> {
  const kind = asOneOf(fields.kind, kinds, `${what}.kind`);
  const activation = () => asOneOf(fields.activation, activations, `${what}.activation`);
  const whole = (name: string) => asInteger(fields[name], `${what}.${name}`, 1);
  const sliding = () => ({
    strides: pair(fields.strides, `${what}.strides`),
    padding: asOneOf(fields.padding, paddings, `${what}.padding`),
  });
  const convolving = () => ({
    kernel_size: pair(fields.kernel_size, `${what}.kernel_size`),
    ...sliding(),
    ...given(fields, "dilation_rate", (value) => pair(value, `${what}.dilation_rate`)),
    ...bias(),
    activation: activation(),
  });
  const bias = () => given(fields, "use_bias", (value) => truth(value, `${what}.use_bias`));
  switch (kind) {
    case "conv2d":
      return { kind, ...convolving() };
    case "depthwise_conv2d":
    case "separable_conv2d":
      return { kind, ...convolving(), depth_multiplier: whole("depth_multiplier") };
    case "max_pool2d":
    case "average_pool2d":
      return { kind, pool_size: pair(fields.pool_size, `${what}.pool_size`), ...sliding() };
    case "global_max_pool2d":
    case "global_average_pool2d":
      return { kind, ...given(fields, "keepdims", (value) => truth(value, `${what}.keepdims`)) };
    case "dense":
      return { kind, units: whole("units"), ...bias(), activation: activation() };
    case "batch_normalization":
      return { kind, epsilon: positive(fields.epsilon, `${what}.epsilon`) };
    case "dropout":
      return { kind, rate: share(fields.rate, `${what}.rate`) };
    case "activation":
      return { kind, activation: activation() };
    case "rescaling":
      return { kind, scale: perChannel(fields, "scale", what), offset: perChannel(fields, "offset", what) };
    case "zero_padding2d":
      return { kind, padding: borders(fields.padding, `${what}.padding`) };
    case "up_sampling2d":
      return { kind, size: pair(fields.size, `${what}.size`) };
    case "keras_layer":
      return {
        kind,
        class_name: asName(fields.class_name, `${what}.class_name`),
        config: asText(fields.config, `${what}.config`),
      };
    default:
      return { kind };
  }
}

/** The field where it is there; a description from before it was thought of stays readable. */
function given<Name extends string, Value>(
  fields: Fields,
  name: Name,
  read: (value: unknown) => Value,
): { [key in Name]?: Value } {
  return fields[name] === undefined ? {} : ({ [name]: read(fields[name]) } as { [key in Name]: Value });
}

function names(value: unknown, what: string): string[] {
  return asList(value, what).map((name, at) => asName(name, `${what}[${at}]`));
}

function pair(value: unknown, what: string): Pair {
  const [first, second] = asShape(value, what, 2);
  return [first, second];
}

function borders(value: unknown, what: string): [Pair, Pair] {
  const sides = asList(value, what);
  if (sides.length !== 2) throw new ContractError(what, "two pairs, of the rows and of the columns", value);
  const side = (axis: 0 | 1): Pair => {
    const cells = asList(sides[axis], `${what}[${axis}]`);
    if (cells.length !== 2) throw new ContractError(`${what}[${axis}]`, "2 numbers", sides[axis]);
    return [asInteger(cells[0], `${what}[${axis}][0]`), asInteger(cells[1], `${what}[${axis}][1]`)];
  };
  return [side(0), side(1)];
}

function truth(value: unknown, what: string): boolean {
  if (typeof value !== "boolean") throw new ContractError(what, "true or false", value);
  return value;
}

/** A number, or one for each channel of the input. */
function perChannel(fields: Fields, name: string, what: string): number | number[] {
  const value = fields[name];
  if (!Array.isArray(value)) return finite(value, `${what}.${name}`);
  const channels = asShape(fields.input_shape, `${what}.input_shape`, null).at(-1);
  if (value.length !== channels) throw new ContractError(`${what}.${name}`, `${channels} numbers`, value);
  return value.map((number, channel) => finite(number, `${what}.${name}[${channel}]`));
}

function finite(value: unknown, what: string): number {
  if (typeof value !== "number" || !Number.isFinite(value)) throw new ContractError(what, "a number", value);
  return value;
}

function positive(value: unknown, what: string): number {
  if (typeof value !== "number" || !(value > 0 && value < Number.POSITIVE_INFINITY)) {
    throw new ContractError(what, "a number above 0", value);
  }
  return value;
}

function share(value: unknown, what: string): number {
  if (typeof value !== "number" || !(value >= 0 && value < 1)) {
    throw new ContractError(what, "a number from 0 to below 1", value);
  }
  return value;
}
