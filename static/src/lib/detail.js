// Details by which a reader could tell who wrote or who is meant. Advice only, in the browser only: what is found is
// shown to whoever typed it, and neither sent nor kept.
//
// JavaScript's \b knows ASCII letters alone, and older engines know no lookbehind; so each pattern begins with a group
// `pre` (the place where a word may begin, which is not part of the detail) and ends with a lookahead.

const PRE = String.raw`(?<pre>^|[^\p{L}\p{N}])`;
const END = String.raw`(?![\p{L}\p{N}])`;

const list = (...words) => `(?:${words.join("|")})`;
// Blanks between words may be any run of blanks; `flags` get u and g.
const pattern = (source, flags = "") => new RegExp(PRE + source.replaceAll(" ", String.raw`\s+`) + END, `${flags}gu`);

const NUMBER = list(String.raw`\d{1,2}`, "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín", "mười");
const PEOPLE = list("người", "cán bộ", "công chức", "viên chức", "nhân viên", "chuyên viên", "đảng viên", "đồng chí", "nữ", "nam", "anh em", "chị em");
const ROOM = list("phòng", "tổ", "bộ phận", "chi bộ", "ban", "đơn vị", "nhóm");
const I = list("tôi", "em", "mình", "chúng tôi", "chúng em");
const FIELD = list("hành chính", "tổng hợp", "quản trị", "tài chính", "kế toán", "cơ yếu", "lưu trữ", "tổ chức", "nội chính", "kinh tế", "khoa giáo", "công nghệ thông tin", "xây dựng đảng");
const POST = list(
  "chánh văn phòng", "phó chánh", "trưởng phòng", "phó trưởng", "phó phòng", "tổ trưởng", "tổ phó", "lãnh đạo", "chuyên viên", "văn thư", "kế toán",
  "thủ quỹ", "lái xe", "bảo vệ", "tạp vụ", "lễ tân", "thư ký", "lưu trữ", "quản trị mạng", "bí thư", "phó bí thư", "chi [uủ][yỷ]", "đảng [uủ][yỷ] viên",
);
const DAY = "(?:0?[1-9]|[12][0-9]|3[01])";
const MONTH = "(?:0?[1-9]|1[0-2])";

const CAPITAL = String.raw`\p{Lu}\p{L}*`;
// Capitalised words after a form of address that begin a post, a body or a place instead of a name.
const NOT_A_NAME = list(
  "Trưởng", "Phó", "Chánh", "Bí thư", "Giám đốc", "Chủ tịch", "Chủ nhiệm", "[UỦ][yỷ] viên", "Lãnh đạo", "Đảng", "Chi bộ", "Chi [uủ][yỷ]", "Ban", "Phòng",
  "Văn phòng", "Văn thư", "Tỉnh", "Cán bộ", "Thủ trưởng", "Nhân viên", "Chuyên viên", "Tổ", "Hội", "Cơ quan", "Công đoàn", "Công chức", "Viên chức",
  "Kế toán", "Lái xe", "Thư ký", "Thường trực", "Rịa", "Hồ", "Chị", "Em",
);
const ADDRESS = list("[Đđ]ồng chí", String.raw`[Đđ]\/c`, "[Đđ]c", "[Ôô]ng", "[Bb]à", "[Aa]nh", "[Cc]hị", "[Cc]ô", "[Cc]hú", "[Bb]ác", "[Ee]m", "[Ss]ếp", "[Tt]hầy");
const FAMILY = list(
  "Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Huỳnh", "Phan", "Vũ", "Võ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô", "Dương", "Lý", "Đinh", "Trịnh", "Đoàn", "Lương",
  "Đào", "Trương", "Lâm", "Tạ", "Phùng", "Vương", "Triệu", "Nông", "Hà", "Cao", "Mai", "Tô", "Chu", "Quách",
);
// Whose documents everyone quotes: the National Assembly's, the Government's, the Central Committee's.
const PUBLIC_ISSUER = /(?:NĐ-CP|QĐ-TTg|CT-TTg|NQ-CP|\/TW)$/u;
const MONEY = /^\s*(?:đồng(?!\s+chí)|đ(?!\p{L}|\/c)|vnd|triệu|tỷ)/iu;

// In order of precedence: of two that overlap, the upper one is told.
const RULES = [
  ["email", pattern(String.raw`[\p{L}\p{N}._%+-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+`)],
  ["citizen_id", pattern(String.raw`(?:\d{12}|0\d{2}(?: \d{3}){3}|0\d{3}(?: \d{4}){2})`), isNoMoney],
  ["phone", pattern(String.raw`(?:\+\s?84|0084|84|0)(?:[\s.-]?[35789](?:[\s.-]?\d){8}|[\s.-]?2\d(?:[\s.-]?\d){8})`), isNoMoney],
  ["id_card", pattern(String.raw`\d{9}`), isNoMoney],
  ["plate", pattern(String.raw`[1-9]\d(?:[\s-]?(?:\p{Lu}{1,2}|\p{Lu}\d)[\s-]?|-?\p{Ll}\d?-?)(?:\d{3}\.\d{2}|\d{4,5})`)],
  ["document", pattern(String.raw`\d{1,5}\s?[-/]\s?(?:\d{4}\s?\/\s?)?\p{Lu}\p{L}{1,5}(?:\s?[-/]\s?\p{Lu}\p{L}{1,8})+`), isNotPublic],
  ["document", pattern(String.raw`(?:công văn|tờ trình|quyết định|báo cáo|văn bản|giấy mời|thông báo|kế hoạch|biên bản) số \d{1,5}(?!\s?[-/]\s?[\p{L}\d])`, "i")],
  ["date", pattern(`(?:ngày )?(?:${DAY}(?<mark>[/.-])${MONTH}\\k<mark>(?:19|20)\\d{2}|(?:19|20)\\d{2}-${MONTH}-${DAY})`, "i")],
  ["date", pattern(`(?:ngày|mùng|mồng) (?:mùng |mồng )?${DAY}(?: tháng ${MONTH}(?: năm \\d{4})?|[/.-]${MONTH})(?!\\s?[/%\\d])`, "i")],
  ["date", pattern(`(?:hôm|sáng|trưa|chiều|tối|đêm|họp|vào)(?: ngày)? ${DAY}[/.-]${MONTH}(?!\\s?[/%\\d])`, "i")],
  ["date", pattern(`(?:hôm|sáng|trưa|chiều|tối|đêm|họp|vào) ngày (?:mùng |mồng )?${DAY}(?!\\s?[/%\\d])`, "i")],
  ["date", pattern(String.raw`(?:[01]?\d|2[0-3])\s?(?:giờ|h|:)\s?[0-5]\d(?: phút)?`, "i")],
  ["self", pattern(`${I} (?:đang |hiện |vốn )?(?:là|làm)(?: một)? ${POST}`, "i")],
  ["self", pattern(`với (?:tư cách|vai trò|cương vị)(?: là)?(?: một)? ${POST}`, "i")],
  ["self", pattern(`${I} (?:đang |hiện )?(?:công tác|làm việc|làm) (?:ở|tại|trong) ${ROOM}`, "i")],
  ["self", pattern(`(?:trưởng phòng|phó phòng|sếp|thủ trưởng|lãnh đạo phòng)(?: của)? ${I}`, "i")],
  ["self", pattern(`${ROOM}(?: của)? ${I}`, "i")],
  ["self", pattern(`${I} (?:không|chưa) (?:phải )?(?:là )?(?:đảng viên|vào đảng)`, "i")],
  ["self", pattern(`${I} (?:mới|vừa|sắp|chuẩn bị) (?:về|chuyển|nhận|vào|nghỉ)`, "i")],
  ["unique", pattern(`${PEOPLE}(?: \\p{L}+){0,3}? duy nhất`, "i")],
  ["unique", pattern(`(?:duy nhất|chỉ|mỗi)(?: có| còn)? (?:một mình|mình|một) (?:tôi|em)`, "i")],
  ["headcount", pattern(`${ROOM}[^.;!?\\n]{0,40}? (?:có|gồm|còn|vỏn vẹn)(?: chỉ| vỏn vẹn| đúng| mỗi)? ${NUMBER} ${PEOPLE}`, "i"), isOneRoom],
  ["title", pattern("(?:phó )?chánh (?:văn phòng|vp)", "i")],
  ["title", pattern("(?:phó )?bí thư (?:thường trực|tỉnh [uủ][yỷ]|đảng [uủ][yỷ]|chi bộ|đoàn)", "i")],
  ["title", pattern(`(?:phó )?(?:trưởng phòng|trưởng ban) ${FIELD}`, "i")],
  ["title", pattern(`(?:[Tt]rưởng phòng|[Tt]rưởng ban|Trưởng Ban|Trưởng Phòng) ${CAPITAL}`)],
  ["title", pattern("(?:kế toán trưởng|thủ trưởng cơ quan|người đứng đầu (?:cơ quan|văn phòng)|chủ tịch (?:công đoàn|ubnd|hđnd)|thủ quỹ (?:cơ quan|văn phòng))", "i")],
  ["person", pattern(`${ADDRESS} (?!${NOT_A_NAME}(?!\\p{L}))${CAPITAL}(?: ${CAPITAL}){0,3}`)],
  ["person", pattern(`${FAMILY}(?: ${CAPITAL}){2,3}`), ({ text }) => !/^Hồ\s+Chí\s+Minh/u.test(text)],
  ["encoding", pattern(String.raw`\p{L}*(?:\p{L}[©®¨«¬µ¶¸¹»¼½¾]+\p{L}|®\p{L})[\p{L}©®¨«¬µ¶¸¹»¼½¾]*`), isOftener],
  ["encoding", pattern(String.raw`\p{L}*(?:[ae][âåäêùøûõïëü]|o[âåäùøûõï])\p{L}*`, "i"), isOftener],
];

/**
 * The details in a text: [{kind, start, end, text}] in their order, none overlapping. `start` and `end` count UTF-16
 * units of the text's normalisation form C. Kinds: citizen_id, id_card, phone, email, plate, person, title, headcount,
 * unique, date, document, self, encoding.
 */
export function findDetails(text) {
  const source = text.normalize("NFC");
  const found = [];
  for (const [kind, regexp, accepts = () => true] of RULES) {
    const hits = Array.from(source.matchAll(regexp), (match) => place(kind, match));
    for (const hit of hits) {
      const free = found.every((other) => hit.end <= other.start || other.end <= hit.start);
      if (free && accepts(hit, source, hits)) found.push(hit);
    }
  }
  return found.sort((one, other) => one.start - other.start);
}

function place(kind, match) {
  const start = match.index + match.groups.pre.length;
  return { kind, start, end: match.index + match[0].length, text: match[0].slice(match.groups.pre.length) };
}

function isNoMoney({ end }, source) {
  return !MONEY.test(source.slice(end));
}

function isNotPublic({ text }) {
  return !PUBLIC_ISSUER.test(text.replaceAll(/\s/gu, ""));
}

// "Mỗi phòng có hai người" tells of no room.
function isOneRoom({ start }, source) {
  return !/(?:mỗi|các|từng|nhiều|những)\s+$/iu.test(source.slice(0, start));
}

// One such word may be a foreign one; a text in an old encoding is full of them.
function isOftener(_, __, hits) {
  return hits.length > 1;
}
