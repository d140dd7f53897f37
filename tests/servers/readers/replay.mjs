// Replays a table's log as the Delta protocol describes it and reads the live files with DuckDB's own Node binding. Knows no pruning, no
// caching, and nothing of the code it checks. Prints the schema, then one canonical row a line.
//   node replay.mjs /abs/path/of/table [version]
import fs from 'node:fs';
import path from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { bits, canonical, days, micros, unscaled } from './canonical.mjs';

const [table, wanted] = process.argv.slice(2);
const connection = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect();
await connection.run("SET TimeZone = 'UTC'");
const quote = (text) => `'${text.replaceAll("'", "''")}'`;
const name = (text) => `"${text.replaceAll('"', '""')}"`;

const nestedFieldOf = (entries, field) => entries[Object.keys(entries).find((key) => key.toLowerCase() === field.toLowerCase())];
const nested = {
  items: (value) => value.items,
  field: (value, field) => nestedFieldOf(value.entries, field),
  entries: (value) => value.entries.map(({ key, value: item }) => [key, item]),
};

const log = path.join(table, '_delta_log');
const names = fs.readdirSync(log);
const versions = names.filter((file) => /^\d{20}\.json$/.test(file)).map((file) => parseInt(file, 10));
const newest = wanted === undefined ? Math.max(...versions, ...checkpointVersions()) : +wanted;
const state = { files: new Map(), metaData: null, protocol: null };

function checkpointVersions() {
  return names.filter((file) => /^\d{20}\.checkpoint\.parquet$/.test(file)).map((file) => parseInt(file, 10));
}

const checkpoint = Math.max(-1, ...checkpointVersions().filter((version) => version <= newest));
if (checkpoint >= 0) {
  const file = path.join(log, `${String(checkpoint).padStart(20, '0')}.checkpoint.parquet`);
  const rows = await connection.runAndReadAll(`SELECT to_json(r)::VARCHAR FROM (SELECT COLUMNS('^(add|remove|metaData|protocol)$') FROM read_parquet(${quote(file)})) AS r`);
  for (const [text] of rows.getRows()) apply(JSON.parse(text));
}
for (let version = checkpoint + 1; version <= newest; version++) {
  const text = fs.readFileSync(path.join(log, `${String(version).padStart(20, '0')}.json`), 'utf8');
  for (const line of text.split('\n').filter(Boolean)) apply(JSON.parse(line));
}

function apply(action) {
  if (action.metaData) state.metaData = action.metaData;
  if (action.protocol) state.protocol = action.protocol;
  if (action.add) state.files.set(action.add.path, action.add);
  if (action.remove) state.files.delete(action.remove.path);
}

const schema = JSON.parse(state.metaData.schemaString);
const partitions = new Set(state.metaData.partitionColumns);
console.log(JSON.stringify({ version: newest, reader: state.protocol.minReaderVersion, files: state.files.size, schema: schema.fields.map(({ name, type }) => ({ name, type })) }));
for (const add of state.files.values()) await printFile(add);

async function printFile(add) {
  const file = path.join(table, decodeURIComponent(add.path));
  const stored = await connection.runAndReadAll(`SELECT * FROM read_parquet(${quote(file.replace(/[[*?]/g, '[$&]'))}, hive_partitioning = false)`);
  const columns = stored.columnNames();
  const numRecords = add.stats ? JSON.parse(add.stats).numRecords : undefined;
  if (numRecords !== undefined && Number(numRecords) !== stored.currentRowCount) throw new Error(`${add.path} has ${stored.currentRowCount} rows, and its statistics say ${numRecords}`);
  const fields = schema.fields.map((field) => ({ ...field, at: columns.findIndex((column) => column.toLowerCase() === field.name.toLowerCase()) }));
  for (const row of stored.getRows()) {
    const values = fields.map((field) => {
      if (partitions.has(field.name)) return partitionValue(add.partitionValues[field.name], field.type);
      return field.at < 0 ? null : canonical(row[field.at], field.type, leaf, nested);
    });
    console.log(JSON.stringify(values));
  }
}

/** Protocol, "Partition Value Serialization". */
function partitionValue(text, type) {
  if (text === null || text === undefined || text === '') return null;
  const decimal = /^decimal\(\d+,(\d+)\)$/.exec(type);
  if (decimal) return unscaled(text, +decimal[1]);
  if (type === 'boolean') return text === 'true';
  if (type === 'date') return days(text);
  if (type === 'timestamp') return micros(text);
  return type === 'string' ? text : BigInt(text).toString();
}

function leaf(value, type) {
  if (type.scale !== undefined) {
    if (value.scale !== type.scale) throw new Error(`a decimal has scale ${value.scale} in the file and ${type.scale} in the schema`);
    return value.value.toString();
  }
  switch (type) {
    case 'boolean': return value;
    case 'float':
    case 'double': return bits(value, type);
    case 'string': return value;
    case 'binary': return '0x' + Buffer.from(value.bytes).toString('hex');
    case 'date': return value.days.toString();
    case 'timestamp': return value.micros.toString();
    default: return BigInt(value).toString();
  }
}
