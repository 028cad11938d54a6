import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { findDetails } from "../../static/src/lib/detail.js";

const told = (text) => findDetails(text).map(({ kind, text: found }) => `${kind}: ${found}`);

// Each text holds exactly the details beside it.
const HITS = {
  numbers: [
    ["Căn cước 001099012345 bị lộ.", "citizen_id: 001099012345"],
    ["số 001 099 012 345", "citizen_id: 001 099 012 345"],
    ["CMND 012345678", "id_card: 012345678"],
    ["gọi 0912345678", "phone: 0912345678"],
    ["gọi 0912 345 678, 0912.345.679", "phone: 0912 345 678", "phone: 0912.345.679"],
    ["(+84912345678)", "phone: +84912345678"],
    ["gọi +84 912 345 678 nhé", "phone: +84 912 345 678"],
    ["máy bàn 024 3825 1234", "phone: 024 3825 1234"],
    ["thư a.nguyen@example.vn, cảm ơn", "email: a.nguyen@example.vn"],
    ["xe 30A-123.45 đỗ trước cổng", "plate: 30A-123.45"],
    ["xe 29B1 12345", "plate: 29B1 12345"],
    ["xe 80a-12345", "plate: 80a-12345"],
  ],
  people: [
    ["đồng chí Bình không ký", "person: đồng chí Bình"],
    ["Đồng chí Đỗ Văn Ví chậm", "person: Đồng chí Đỗ Văn Ví"],
    ["đ/c Ánh nói", "person: đ/c Ánh"],
    ["Ông Tư, bà Năm", "person: Ông Tư", "person: bà Năm"],
    ["anh Ước và chị Ý", "person: anh Ước", "person: chị Ý"],
    ["ông NGUYỄN VĂN VÍ", "person: ông NGUYỄN VĂN VÍ"],
    ["giao cho Đỗ Thị Ví làm", "person: Đỗ Thị Ví"],
  ],
  posts: [
    ["Chánh Văn phòng chưa nghe", "title: Chánh Văn phòng"],
    ["Phó Chánh Văn phòng", "title: Phó Chánh Văn phòng"],
    ["đồng chí Chánh Văn phòng", "title: Chánh Văn phòng"],
    ["bí thư đảng uỷ, bí thư Đảng ủy", "title: bí thư đảng uỷ", "title: bí thư Đảng ủy"],
    ["trưởng phòng Tổng hợp", "title: trưởng phòng Tổng hợp"],
    ["Trưởng phòng Đối ngoại", "title: Trưởng phòng Đối"],
    ["Trưởng phòng hành chính quá tải", "title: Trưởng phòng hành chính"],
    ["kế toán trưởng", "title: kế toán trưởng"],
    ["Chủ tịch Công đoàn im lặng", "title: Chủ tịch Công đoàn"],
  ],
  "small rooms": [
    ["Phòng Cơ yếu có 3 người.", "headcount: Phòng Cơ yếu có 3 người"],
    ["tổ này chỉ có hai cán bộ", "headcount: tổ này chỉ có hai cán bộ"],
    ["phòng còn mỗi 1 chuyên viên", "headcount: phòng còn mỗi 1 chuyên viên"],
    ["là người duy nhất biết việc", "unique: người duy nhất"],
    ["nữ cán bộ trẻ duy nhất", "unique: nữ cán bộ trẻ duy nhất"],
    ["chỉ có mình tôi làm", "unique: chỉ có mình tôi"],
  ],
  "days and papers": [
    ["họp 28/8/2023", "date: 28/8/2023"],
    ["ngày 28-08-2023", "date: ngày 28-08-2023"],
    ["ngày 5 tháng 9 năm 2026", "date: ngày 5 tháng 9 năm 2026"],
    ["ngày 05/9", "date: ngày 05/9"],
    ["sáng 12/5 vừa rồi", "date: sáng 12/5"],
    ["chiều ngày 12 họp", "date: chiều ngày 12"],
    ["2026-11-23", "date: 2026-11-23"],
    ["lúc 8h30", "date: 8h30"],
    ["lúc 14 giờ 15 phút", "date: 14 giờ 15 phút"],
    ["Báo cáo 45-BC/VPTU gửi muộn", "document: 45-BC/VPTU"],
    ["công văn số 123 trả chậm", "document: công văn số 123"],
    ["12/2026/TTr-VP", "document: 12/2026/TTr-VP"],
  ],
  "the writer": [
    ["Tôi là văn thư nên biết", "self: Tôi là văn thư"],
    ["em làm kế toán", "self: em làm kế toán"],
    ["Chúng tôi đang làm việc ở phòng đó", "self: Chúng tôi đang làm việc ở phòng"],
    ["phòng tôi hay trễ", "self: phòng tôi"],
    ["sếp của em", "self: sếp của em"],
    ["trưởng phòng mình", "self: trưởng phòng mình"],
    ["với tư cách là chuyên viên", "self: với tư cách là chuyên viên"],
    ["tôi chưa vào Đảng", "self: tôi chưa vào Đảng"],
    ["tôi sắp nghỉ hưu", "self: tôi sắp nghỉ"],
  ],
  "old encodings": [
    ["Uû ban nh©n d©n", "encoding: nh©n", "encoding: d©n"],
    ["UÛy ban nhaân daân", "encoding: nhaân", "encoding: daân"],
  ],
};

// The example comments of the taxonomy, and sentences that come close to a detail without holding one.
const NONE = [
  "Việc khó thường bị để lại, không ai nhận chủ trì.",
  "Hồ sơ chuyển qua lại giữa các phòng mà không chốt.",
  "Công việc chỉ làm đủ để báo cáo.",
  "Đúng thẩm quyền nhưng vẫn chờ cấp trên cho chủ trương.",
  "Ký duyệt mà chưa đọc kỹ.",
  "Văn bản để quá hạn nhiều ngày.",
  "Phân việc theo cảm tình.",
  "Chép lại mẫu năm trước, không sát thực tế.",
  "Chưa nắm nghiệp vụ nên hướng dẫn thiếu thống nhất.",
  "Nói chưa đi đôi với làm.",
  "Kiểm điểm còn nể nang.",
  "Lãnh đạo phòng nhận việc khó và làm xong sớm.",
  "Việc gấp chen ngang, kế hoạch tuần vỡ.",
  "Sát hạn mới có văn bản đôn đốc.",
  "Tờ trình phải sửa nhiều lần.",
  "Ai cũng được xếp loại tốt.",
  "Vị trí việc làm chồng chéo.",
  "Người trẻ ít được giao việc.",
  "",
  "Kinh phí 1.234.567.890 đồng, mỗi lần 150000000 đồng, gộp 120000000000 đồng.",
  "Hai phần ba (2/3) số cán bộ, tức 81,3%, làm 24/7.",
  "Trong 5 ngày; quý 3/2023; tháng 8/2023; mỗi ngày 2 lần; 8 giờ một ngày.",
  "Theo Luật số 10/2022/QH15, Nghị định 30/2020/NĐ-CP và Quy định 96-QĐ/TW.",
  "Học tập Bác Hồ, tư tưởng Hồ Chí Minh, không chỉ trên giấy.",
  "Bà con nhân dân và anh chị em trong cơ quan.",
  "ANH CHỊ EM TRONG CƠ QUAN ĐỀU BIẾT.",
  "Chú ý: hỏi anh. Chị ấy không rõ.",
  "các đồng chí Lãnh đạo, đồng chí Trưởng phòng, đồng chí Ủy viên",
  "tỉnh Bà Rịa - Vũng Tàu",
  "Giải pháp duy nhất là họp ít đi, lần duy nhất.",
  "Mỗi phòng có hai người trực, các phòng có nhiều người.",
  "Hoà giải, hoá đơn, quý hoạ, thuở xưa, khoẻ khoắn, uỷ quyền.",
  "café, naïve, «trích», 50 m², 30°",
];

for (const [about, cases] of Object.entries(HITS)) {
  describe(about, () => {
    for (const [text, ...expected] of cases) {
      test(text, () => {
        assert.deepEqual(told(text), expected);
        assert.deepEqual(told(text.normalize("NFD")), expected, "decomposed, as macOS types it");
      });
    }
  });
}

describe("nothing to tell", () => {
  for (const text of NONE) test(text || "(no text)", () => assert.deepEqual(told(text), []));
});

test("places are those of the composed text, in order and apart", () => {
  const text = "Phòng có 2 người, đồng chí Bình gọi 0912345678 ngày 28/8/2023; thư b@example.vn";
  const found = findDetails(text.normalize("NFD"));
  assert.deepEqual(found.map(({ kind }) => kind), ["headcount", "person", "phone", "date", "email"]);
  for (const { start, end, text: detail } of found) assert.equal(text.slice(start, end), detail);
  for (const [at, { start }] of found.entries()) assert.ok(at === 0 || found[at - 1].end <= start);
});

test("a letter with a mark ends no word, though JavaScript's \\b says so", () => {
  assert.deepEqual(told("ảanh Bình"), []); // not the word "anh"
  assert.deepEqual(told("chị Ýx"), ["person: chị Ýx"]);
});

test("a long text without details, and one of nothing but digits, take no special care", () => {
  assert.deepEqual(told("việc ".repeat(2000)), []);
  assert.deepEqual(told("1".repeat(5000)), []);
  assert.deepEqual(told("a.".repeat(3000)), []);
});
