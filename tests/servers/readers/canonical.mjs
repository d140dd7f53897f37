// One spelling for a value of a Delta type, whichever reader it comes from: what Canonical.cs writes, too.
// null; booleans; integers as text; floating point as its bits in hex ("nan" for every NaN); decimals as unscaled text; strings;
// binary as 0x and hex; dates as days and timestamps as microseconds since 1970, as text; arrays, structs (by position) and maps (as sorted pairs).

export function bits(value, kind) {
  if (Number.isNaN(value)) return 'nan';
  const view = new DataView(new ArrayBuffer(8));
  if (kind === 'float') {
    view.setFloat32(0, value);
    return view.getUint32(0).toString(16).padStart(8, '0');
  }
  view.setFloat64(0, value);
  return view.getBigUint64(0).toString(16).padStart(16, '0');
}

/** "-12.30" with scale 3 is "-12300". */
export function unscaled(text, scale) {
  const [, sign, whole, fraction = ''] = /^(-?)(\d+)(?:\.(\d*))?$/.exec(text);
  if (fraction.length > scale && /[1-9]/.test(fraction.slice(scale))) throw new Error(`${text} has more than ${scale} digits after the point`);
  const digits = BigInt(whole + fraction.slice(0, scale).padEnd(scale, '0'));
  return (sign && digits !== 0n ? -digits : digits).toString();
}

export function days(text) {
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text);
  const date = new Date(0);
  date.setUTCFullYear(+year, +month - 1, +day);
  return (date.getTime() / 86_400_000).toString();
}

/** "2024-01-31 10:00:00.123456", with a T and a Z or without. */
export function micros(text) {
  const [, date, hour, minute, second, fraction = ''] = /^(\d{4}-\d\d-\d\d)[ T](\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?(?:Z|\+00:00)?$/.exec(text);
  const seconds = BigInt(days(date)) * 86400n + BigInt(+hour * 3600 + +minute * 60 + +second);
  return (seconds * 1000000n + BigInt(fraction.padEnd(6, '0'))).toString();
}

/**
 * @param type as the schema of the log spells it
 * @param leaf (value, name of the primitive type or {precision, scale}, whether it is inside of a nested value) => canonical value
 * @param nested how the reader spells nested values: {items(value), field(value, name), entries(value)}
 */
export function canonical(value, type, leaf, nested, inside = false) {
  if (value === null || value === undefined) return null;
  if (typeof type === 'string') {
    const decimal = /^decimal\((\d+),(\d+)\)$/.exec(type);
    return leaf(value, decimal ? { precision: +decimal[1], scale: +decimal[2] } : type, inside);
  }
  switch (type.type) {
    case 'array':
      return nested.items(value).map((item) => canonical(item, type.elementType, leaf, nested, true));
    case 'struct':
      return type.fields.map((field) => canonical(nested.field(value, field.name), field.type, leaf, nested, true));
    case 'map':
      return nested
        .entries(value)
        .map(([key, item]) => [canonical(key, type.keyType, leaf, nested, true), canonical(item, type.valueType, leaf, nested, true)])
        .sort((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1));
    default:
      throw new Error(`no canonical form of ${type.type}`);
  }
}
