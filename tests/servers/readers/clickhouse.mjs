// Reads a table with ClickHouse's engine, whose deltaLakeLocal() is the Delta kernel of Rust. Prints one canonical row a line.
// A table in a bucket is named by its URL, http://host/bucket/table, and opened by ACCESS_KEY and SECRET_KEY of the environment.
//   node clickhouse.mjs /abs/path/of/table '[{"name": ..., "type": ...}]'      (columns to read, types as the log spells them)
import process from 'node:process';
import { query } from 'chdb';
import { bits, canonical, days, micros, unscaled } from './canonical.mjs';

const [table, columnsText] = process.argv.slice(2);
const columns = JSON.parse(columnsText);
// The engine takes local tables only from below its own working folder.
process.chdir('/');
const quote = (text) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
const name = (text) => '`' + text.replaceAll('\\', '\\\\').replaceAll('`', '\\`') + '`';
const nested = {
  items: (value) => value,
  field: (value, field) => value[Object.keys(value).find((key) => key.toLowerCase() === field.toLowerCase())],
  entries: (value) => value.map(({ keys, values }) => [keys, values]),
};
const settings = {
  output_format_json_quote_64bit_integers: 1,
  output_format_json_quote_64bit_floats: 0,
  output_format_json_quote_decimals: 1,
  output_format_json_quote_denormals: 1,
  output_format_json_named_tuples_as_objects: 1,
  output_format_json_map_as_array_of_tuples: 1,
  output_format_json_escape_forward_slashes: 0,
  date_time_output_format: "'iso'",
  session_timezone: "'UTC'",
};
const from = /^https?:/.test(table)
  ? `deltaLake(${quote(table)}, ${quote(process.env.ACCESS_KEY)}, ${quote(process.env.SECRET_KEY)})`
  : `deltaLakeLocal(${quote(table)})`;
const select = columns.map(({ name: column, type }) => expression(name(column), type)).join(', ');
const sql = `SELECT ${select} FROM ${from} SETTINGS ${Object.entries(settings).map(([key, value]) => `${key} = ${value}`).join(', ')}`;
const text = query(sql, 'JSONCompactEachRow');
for (const line of text.split('\n').filter(Boolean)) {
  const row = JSON.parse(line);
  console.log(JSON.stringify(columns.map(({ type }, i) => canonical(row[i], type, leaf, nested))));
}

/** Bytes, bits and ticks where JSON would lose them; values inside nested ones come as JSON. */
function expression(column, type) {
  switch (type) {
    case 'binary': return `hex(${column})`;
    case 'float': return `reinterpretAsUInt32(${column})`;
    case 'double': return `reinterpretAsUInt64(${column})`;
    case 'date': return `toInt32(${column})`;
    case 'timestamp': return `toUnixTimestamp64Micro(${column})`;
    default: return column;
  }
}

function fromBits(value, type) {
  const view = new DataView(new ArrayBuffer(8));
  if (type === 'float') {
    view.setUint32(0, Number(value));
    return view.getFloat32(0);
  }
  view.setBigUint64(0, BigInt(value));
  return view.getFloat64(0);
}

function leaf(value, type, inside) {
  if (type.scale !== undefined) return unscaled(String(value), type.scale);
  switch (type) {
    case 'boolean': return value;
    case 'float':
    case 'double': return bits(inside ? Number(value) : fromBits(value, type), type);
    case 'string': return value;
    case 'binary': return '0x' + value.toLowerCase();
    case 'date': return typeof value === 'number' ? value.toString() : days(value);
    case 'timestamp': return /^-?\d+$/.test(value) ? String(value) : micros(value);
    default: return BigInt(value).toString();
  }
}
