'use strict';

/**
 * SETTINGS as users see them and as the wire has them (RFC 9113 §6.5). One table drives checks,
 * packing, unpacking and the objects of sessions.
 */

const { customSettings: customSupported, initialWindowSizeMax } = require('./behavior.js');
const { codes } = require('./errors.js');
const { validateObject } = require('./validators.js');

const {
  ERR_HTTP2_INVALID_PACKED_SETTINGS_LENGTH,
  ERR_HTTP2_INVALID_SETTING_VALUE,
  ERR_HTTP2_TOO_MANY_CUSTOM_SETTINGS,
  ERR_INVALID_ARG_TYPE,
} = codes;

const MAX_UINT32 = 2 ** 32 - 1;
const MAX_SETTING_ID = 2 ** 16 - 1;
/** Most custom settings of one object. */
const MAX_CUSTOM_SETTINGS = 10;
/** Octets of one packed entry: id and value. */
const ENTRY_LENGTH = 6;

const ENABLE_PUSH = 2;
const INITIAL_WINDOW_SIZE = 4;
const MAX_FRAME_SIZE = 5;
const MAX_HEADER_LIST_SIZE = 6;
const ENABLE_CONNECT_PROTOCOL = 8;

/**
 * The defined settings, in the order in which their values are checked.
 * - `range`: least and greatest value; absent for booleans.
 * - `initial`: the protocol's value before any SETTINGS arrive.
 */
const settingTable = [
  { name: 'headerTableSize', id: 1, range: [0, MAX_UINT32], initial: 4096 },
  {
    name: 'initialWindowSize',
    id: INITIAL_WINDOW_SIZE,
    range: [0, initialWindowSizeMax],
    initial: 65535,
  },
  { name: 'maxFrameSize', id: MAX_FRAME_SIZE, range: [2 ** 14, 2 ** 24 - 1], initial: 2 ** 14 },
  { name: 'maxConcurrentStreams', id: 3, range: [0, MAX_UINT32], initial: MAX_UINT32 },
  {
    name: 'maxHeaderListSize',
    id: MAX_HEADER_LIST_SIZE,
    range: [0, MAX_UINT32],
    initial: MAX_UINT32,
  },
  // An older name of the previous, which wins if both are given.
  { name: 'maxHeaderSize', id: MAX_HEADER_LIST_SIZE, range: [0, MAX_UINT32], initial: MAX_UINT32 },
  { name: 'enablePush', id: ENABLE_PUSH, initial: 1 },
  { name: 'enableConnectProtocol', id: ENABLE_CONNECT_PROTOCOL, initial: 0 },
];

const byWireOrder = settingTable
  .filter(({ name }) => name !== 'maxHeaderListSize')
  .sort((a, b) => a.id - b.id);
const knownIds = new Set(settingTable.map(({ id }) => id));

/** `values[id]` as they are before any SETTINGS. */
const initialValues = [];
for (const { id, initial } of settingTable) initialValues[id] = initial;
Object.freeze(initialValues);

/**
 * What Node announces as defaults of a session.
 * @returns {object} A fresh object without prototype.
 */
function getDefaultSettings() {
  return Object.assign(Object.create(null), {
    headerTableSize: 4096,
    enablePush: true,
    initialWindowSize: 65535,
    maxFrameSize: 16384,
    maxConcurrentStreams: MAX_UINT32,
    maxHeaderSize: 65535,
    maxHeaderListSize: 65535,
    enableConnectProtocol: false,
  });
}

function checkRange(name, value, min, max) {
  if (value === undefined) return;
  // Comparisons with NaN fail on purpose: Node lets it pass.
  if (typeof value !== 'number' || value < min || value > max) {
    throw new ERR_HTTP2_INVALID_SETTING_VALUE.RangeError(name, value, min, max);
  }
}

function validateCustomSettings(customSettings) {
  if (customSettings === undefined) return;
  if (
    customSettings === null ||
    typeof customSettings !== 'object' ||
    Array.isArray(customSettings)
  ) {
    throw new ERR_INVALID_ARG_TYPE('customSettings', 'Number', customSettings);
  }
  const entries = Object.entries(customSettings);
  for (const [id, value] of entries) {
    checkRange('customSettings:id', Number(id), 0, MAX_SETTING_ID);
    checkRange('customSettings:value', Number(value), 0, MAX_UINT32);
  }
  if (entries.length > MAX_CUSTOM_SETTINGS) throw new ERR_HTTP2_TOO_MANY_CUSTOM_SETTINGS();
}

/**
 * Checks types and ranges of a settings object.
 * @param {object} [settings]
 */
function validateSettings(settings) {
  if (settings === undefined) return;
  if (customSupported) validateCustomSettings(settings.customSettings);
  // Once for each session: without an iterator.
  for (let i = 0; i < settingTable.length; i++) {
    const { name, range } = settingTable[i];
    const value = settings[name];
    if (range !== undefined) {
      checkRange(name, value, range[0], range[1]);
    } else if (value !== undefined && typeof value !== 'boolean') {
      throw new ERR_HTTP2_INVALID_SETTING_VALUE(name, value);
    }
  }
}

/** The value to send for one line of the table; undefined: none. */
function wireValue(settings, name, id) {
  if (id !== MAX_HEADER_LIST_SIZE) return settings[name];
  const { maxHeaderSize, maxHeaderListSize } = settings;
  if (maxHeaderSize === undefined) return maxHeaderListSize;
  if (maxHeaderListSize !== undefined && maxHeaderListSize !== maxHeaderSize) {
    process.emitWarning('settings.maxHeaderSize overwrite settings.maxHeaderListSize');
  }
  return maxHeaderSize;
}

function appendCustomEntries(entries, customSettings) {
  if (customSettings === null || typeof customSettings !== 'object') return;
  for (const [key, value] of Object.entries(customSettings)) {
    if (typeof value !== 'number') continue;
    const id = Number(key);
    if (!id) throw new ERR_HTTP2_INVALID_SETTING_VALUE.RangeError('Range Error', id, 0, 0xffff);
    if (!value) {
      throw new ERR_HTTP2_INVALID_SETTING_VALUE.RangeError('Range Error', value, 0, MAX_UINT32);
    }
    entries.push(Math.trunc(id), value >>> 0);
  }
}

/**
 * The wire's form of a settings object: only what is given, in order of ids, custom ones last.
 * Ranges are not checked here.
 * @param {object} [settings]
 * @returns {number[]} id, value, id, value …
 */
function toEntries(settings) {
  const entries = [];
  if (settings === undefined) return entries;
  for (let i = 0; i < byWireOrder.length; i++) {
    const { name, id } = byWireOrder[i];
    const value = wireValue(settings, name, id);
    if (value !== undefined) entries.push(id, Number(value) >>> 0);
  }
  if (customSupported) appendCustomEntries(entries, settings.customSettings);
  return entries;
}

/** Whether the protocol allows all values (RFC 9113 §6.5.2, RFC 8441 §3). */
function isValidOnWire(entries) {
  for (let i = 0; i < entries.length; i += 2) {
    const value = entries[i + 1];
    switch (entries[i]) {
      case ENABLE_PUSH:
      case ENABLE_CONNECT_PROTOCOL:
        if (value > 1) return false;
        break;
      case INITIAL_WINDOW_SIZE:
        if (value > 2 ** 31 - 1) return false;
        break;
      case MAX_FRAME_SIZE:
        if (value < 2 ** 14 || value > 2 ** 24 - 1) return false;
        break;
      default:
    }
  }
  return true;
}

/**
 * The payload of a SETTINGS frame, as the HTTP2-Settings field of an upgrade carries it.
 * @param {object} [settings]
 * @returns {Buffer | undefined} undefined if a value passed the checks that the protocol forbids.
 */
function getPackedSettings(settings) {
  if (settings !== undefined) validateObject(settings, 'settings');
  const own = { ...settings };
  validateSettings(own);
  const entries = toEntries(own);
  if (!isValidOnWire(entries)) return undefined;
  const packed = Buffer.alloc((entries.length / 2) * ENTRY_LENGTH);
  let offset = 0;
  for (let i = 0; i < entries.length; i += 2) {
    offset = packed.writeUInt16BE(entries[i], offset);
    offset = packed.writeUInt32BE(entries[i + 1], offset);
  }
  return packed;
}

function isUnpackable(value) {
  return ArrayBuffer.isView(value) && !(value instanceof DataView);
}

/**
 * The settings that a SETTINGS payload holds.
 * @param {Buffer | NodeJS.TypedArray} buf
 * @param {{validate?: boolean}} [options] Whether to check the ranges.
 * @returns {object}
 */
function getUnpackedSettings(buf, options = {}) {
  if (!isUnpackable(buf) || buf.length === undefined) {
    throw new ERR_INVALID_ARG_TYPE('buf', ['Buffer', 'TypedArray'], buf);
  }
  if (buf.length % ENTRY_LENGTH !== 0) throw new ERR_HTTP2_INVALID_PACKED_SETTINGS_LENGTH();
  const settings = {};
  for (let i = 0; i < buf.length; i += ENTRY_LENGTH) {
    const id = (buf[i] << 8) | buf[i + 1];
    const value = ((buf[i + 2] << 24) | (buf[i + 3] << 16) | (buf[i + 4] << 8) | buf[i + 5]) >>> 0;
    addUnpacked(settings, id, value);
  }
  if (options != null && options.validate) validateSettings(settings);
  return settings;
}

function addUnpacked(settings, id, value) {
  if (id === MAX_HEADER_LIST_SIZE) {
    settings.maxHeaderSize = settings.maxHeaderListSize = value;
  } else if (knownIds.has(id)) {
    const { name, range } = settingTable.find((line) => line.id === id);
    settings[name] = range === undefined ? value !== 0 : value;
  } else if (customSupported) {
    settings.customSettings ??= {};
    settings.customSettings[id] = value;
  }
}

/**
 * The settings in force for one side of a session: starts with the protocol's initial values and
 * learns from SETTINGS.
 */
class SettingsState {
  /** `values[id]`; shared until the first change. */
  #values = initialValues;
  /** Custom settings by id, undefined until there is one. */
  #custom = undefined;
  /** What users were shown; made anew after a change. */
  #object = undefined;

  /**
   * Takes the values of a SETTINGS frame over.
   * @param {ArrayLike<number>} entries id, value, id, value …
   * @param {number[]} [customIds] Unknown ids to keep; all are kept if absent.
   */
  apply(entries, customIds) {
    this.#object = undefined;
    for (let i = 0; i < entries.length; i += 2) {
      const id = entries[i];
      const value = entries[i + 1] >>> 0;
      if (knownIds.has(id)) {
        if (this.#values === initialValues) this.#values = initialValues.slice();
        this.#values[id] = value;
      } else if (customIds === undefined || customIds.includes(id)) {
        this.keepCustom(id, value);
      }
    }
  }

  /**
   * Takes over what is shown before the peer has acknowledged it: custom settings.
   * @param {ArrayLike<number>} entries id, value, id, value …
   */
  announce(entries) {
    for (let i = 0; i < entries.length; i += 2) {
      if (!knownIds.has(entries[i])) this.keepCustom(entries[i], entries[i + 1] >>> 0);
    }
  }

  /**
   * Keeps one custom setting.
   * @param {number} id
   * @param {number} value
   */
  keepCustom(id, value) {
    this.#object = undefined;
    this.#custom ??= {};
    this.#custom[id] = value;
  }

  /** The value of a defined setting. @param {number} id @returns {number} */
  get(id) {
    return this.#values[id];
  }

  /** The object that users see; custom settings appear once there are any. @returns {object} */
  toObject() {
    this.#object ??= this.#makeObject();
    return this.#object;
  }

  #makeObject() {
    const values = this.#values;
    const settings = {
      headerTableSize: values[1],
      enablePush: values[ENABLE_PUSH] !== 0,
      initialWindowSize: values[INITIAL_WINDOW_SIZE],
      maxFrameSize: values[MAX_FRAME_SIZE],
      maxConcurrentStreams: values[3],
      maxHeaderListSize: values[MAX_HEADER_LIST_SIZE],
      maxHeaderSize: values[MAX_HEADER_LIST_SIZE],
      enableConnectProtocol: values[ENABLE_CONNECT_PROTOCOL] !== 0,
    };
    if (this.#custom !== undefined && customSupported)
      settings.customSettings = { ...this.#custom };
    return settings;
  }
}

module.exports = {
  MAX_CUSTOM_SETTINGS,
  SettingsState,
  getDefaultSettings,
  getPackedSettings,
  getUnpackedSettings,
  toEntries,
  validateSettings,
};
