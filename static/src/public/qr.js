// A QR code as SVG nodes: qrcode-generator gives the modules, the DOM gets one path.
import qrcode from "qrcode-generator";

const SVG = "http://www.w3.org/2000/svg";
const QUIET = 4; // modules of quiet zone that ISO/IEC 18004 asks for

/**
 * An <svg> of the text: in alphanumeric mode (upper-case letters, digits, hyphen) with error correction M, or, for long
 * texts of both cases, `mode` "Byte" with less of it (`level` "L"), so that a printed code's dots stay large.
 */
export function qrSvg(text, mode = "Alphanumeric", level = "M") {
  const code = qrcode(0, level);
  code.addData(text, mode);
  code.make();
  const count = code.getModuleCount();
  const rows = Array.from({ length: count }, (_, row) => runs(code, row, count)).join("");
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 0 ${count + 2 * QUIET} ${count + 2 * QUIET}`);
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("shape-rendering", "crispEdges");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", rows);
  path.setAttribute("fill", "currentColor");
  svg.append(path);
  return svg;
}

function runs(code, row, count) {
  let path = "";
  for (let start = 0; start < count; start++) {
    if (!code.isDark(row, start)) continue;
    let end = start;
    while (end < count && code.isDark(row, end)) end++;
    path += `M${start + QUIET} ${row + QUIET}h${end - start}v1h-${end - start}z`;
    start = end;
  }
  return path;
}
