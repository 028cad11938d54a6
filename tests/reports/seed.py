"""The seed report's structure, transcribed as data of our own: headings, order, first words, recipients, signature.

The office's own words of part I and of the remedies are shortened and put in other words; the signer is invented. The
seed writes "I-" but "II.": the second is taken for a slip, since the Party's rules have "I-, II-" throughout.
"""

from __future__ import annotations

import dataclasses

from portal.reports.draft import draft_report
from portal.reports.model import Document
from portal.reports.phrases import Phrases, load_phrases
from portal.reports.profile import OfficeProfile, demo_profile
from tests.reports.editions import published
from tests.reports.support import TAXONOMY

SUBJECT = (
    "Thực trạng và nhiệm vụ, giải pháp chấn chỉnh, khắc phục tình trạng né tránh, đùn đẩy, làm việc cầm "
    "chừng, sợ trách "
    "nhiệm không dám làm trong đội ngũ cán bộ, đảng viên, công chức, viên chức thuộc phạm vi quản lý, phụ trách"
)
PART_TWO = (
    "Nhiệm vụ, giải pháp nhằm ngăn chặn tình trạng né tránh, đùn đẩy, làm việc cầm chừng, sợ trách "
    "nhiệm, không dám làm "
    "của cán bộ, đảng viên, công chức, người lao động nhất là cán bộ lãnh đạo, quản lý nhằm góp phần xây dựng tổ chức "
    "đảng và cơ quan trong sạch, vững mạnh, hoạt động hiệu lực, hiệu quả."
)
# What stands in the seed, in its order: each line begins so.
LINES = (
    "BÁO CÁO",
    SUBJECT,
    "-----",
    "Thực hiện Công văn số 1702-CV/BNCTU ngày 28/8/2023 của Ban Nội chính Tỉnh ủy về báo cáo chuyên đề “Thực trạng",
    "I- Tình hình chung:",
    "Văn phòng Tỉnh ủy là cơ quan tham mưu, giúp việc của Tỉnh ủy",
    "Cơ cấu tổ chức bộ máy",
    "Đảng bộ Văn phòng Tỉnh ủy là tổ chức đảng trực thuộc Đảng bộ Khối Các cơ quan tỉnh",
    "Thời gian qua, tập thể lãnh đạo Văn phòng",
    "Trong thực hiện nhiệm vụ, cán bộ, công chức",
    "* Khó khăn, vướng mắc:",
    "Do ",
    f"II- {PART_TWO}",
    "1. Tham mưu Ban Thường vụ Tỉnh ủy ban hành quy định khuyến khích, bảo vệ cán bộ năng động, sáng tạo",
    "2. Tăng cường công tác kiểm tra, giám sát",
    "Tiếp tục đẩy mạnh công tác giáo dục",
    "3. Chú trọng tham mưu, thực hiện công tác xây dựng đội ngũ cán bộ",
    "Cần xây dựng sự minh bạch rõ ràng",
    "Quan tâm công tác đào tạo, bồi dưỡng",
    "4. Đảng ủy, các Chi bộ và tập thể lãnh đạo Văn phòng",
    "5. Bên cạnh đẩy mạnh công tác giáo dục, bồi dưỡng",
    "6. Từng cán bộ, đảng viên, công chức thực hiện nghiêm công tác tự phê bình và phê bình.",
    "Trên đây là báo cáo chuyên đề “Thực trạng",
    "Nơi nhận:",
    "- TTTU (b/c),",
    "- Ban Nội chính TU,",
    "- Phòng HC-QT,",
    "- Lưu VPTU.",
    "K/T CHÁNH VĂN PHÒNG",
    "PHÓ CHÁNH VĂN PHÒNG",
    "Đỗ Văn Mẫu",
)
# Figures of part I as the seed writes them.
FIGURES = (
    "04 đồng chí", "01 đồng chí Chánh Văn phòng", "03 đồng chí Phó Chánh Văn phòng", "06 phòng chuyên môn",
    "05 trưởng phòng", "01 phó phòng (phụ trách)", "07 phó phòng", "75 đồng chí", "61/75", "81,3%", "14 quần chúng",
    "18,7%", "01 tiến sĩ", "14 thạc sĩ", "32 đại học", "26 cao cấp và tương đương", "13 trung cấp", "03 chi bộ",
    "61 đảng viên",
)  # fmt: skip
REMEDIES = {
    "R1": (
        "Tham mưu Ban Thường vụ Tỉnh ủy ban hành quy định khuyến khích, bảo vệ cán bộ năng động, sáng tạo, "
        "dám nghĩ, dám "
        "làm vì lợi ích chung, để cán bộ vững tâm, bỏ tâm lý e ngại, sợ sai.",
    ),
    "R2": (
        "Tăng cường công tác kiểm tra, giám sát việc thực hiện nhiệm vụ; kịp thời biểu dương, khen thưởng, phê bình, "
        "chấn chỉnh, xử lý nghiêm.",
        "Tiếp tục đẩy mạnh công tác giáo dục, siết chặt kỷ luật, kỷ cương; thực hiện tốt hơn nữa quy chế dân "
        "chủ cơ sở.",
    ),
    "R3": (
        "Chú trọng tham mưu, thực hiện công tác xây dựng đội ngũ cán bộ dám nghĩ, dám làm, dám chịu trách nhiệm.",
        "Cần xây dựng sự minh bạch rõ ràng, công bằng trong khâu đánh giá cán bộ.",
        "Quan tâm công tác đào tạo, bồi dưỡng; mỗi cán bộ, công chức tự giác học tập, nghiên cứu.",
    ),
    "R4": (
        "Đảng ủy, các Chi bộ và tập thể lãnh đạo Văn phòng thường xuyên quán triệt vai trò của tinh thần "
        "trách nhiệm và "
        "trách nhiệm nêu gương.",
    ),
    "R5": (
        "Bên cạnh đẩy mạnh công tác giáo dục, bồi dưỡng, rất cần hoàn thiện cơ chế, chính sách, quy định rõ "
        "chức trách.",
    ),
    "R6": (
        "Từng cán bộ, đảng viên, công chức thực hiện nghiêm công tác tự phê bình và phê bình. Chủ động, sáng tạo, cải "
        "tiến phương pháp làm việc, tránh rập khuôn.",
    ),
}


def profile() -> OfficeProfile:
    """The seed's office: the demonstration's, which has its size, with the seed's subject."""
    return dataclasses.replace(demo_profile(), subject=SUBJECT)


def phrases() -> Phrases:
    """The usual words with the seed's second heading and remedies in its order."""
    usual = load_phrases()
    remedies = {code: dataclasses.replace(usual.remedies[code], paragraphs=texts) for code, texts in REMEDIES.items()}
    return dataclasses.replace(
        usual, frame=dataclasses.replace(usual.frame, remedies=PART_TWO), remedies={**usual.remedies, **remedies}
    )


def seed_report() -> Document:
    """The report that the portal drafts when what the seed tells was found: D1, D2 and D3."""
    found = published({"D1": "5-9", "D2": "5-9", "D3": "5-9"})
    return draft_report(profile(), found, TAXONOMY, phrases())
