"""What the form of a new consultation begins with."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

NOTICE_VI = (
    "Đây là kênh góp ý theo quy chế dân chủ của cơ quan, không phải nơi tiếp nhận khiếu nại, tố cáo. "
    "Góp ý ẩn danh không được thụ lý như đơn tố cáo. Không nêu tên, số điện thoại, bí mật nhà nước. "
    "Nội dung được tổng hợp, không trích nguyên văn."
)
NOTICE_EN = (
    "This is a channel for feedback under the office's rules on democracy, not for complaints or denunciations. "
    "Anonymous feedback is not processed as a denunciation. Give no names, no telephone numbers and no state secrets. "
    "What is written is summarised, not quoted."
)


def new_values(today: date) -> dict[str, Any]:
    """What an empty form begins with.

    Collecting goes from a Monday, a week or more ahead, to the Friday of the week after; comments from the Monday
    after that, for two weeks. A weekend lies between, in which the issuers sign their lists.
    """
    monday = today + timedelta(days=14 - today.weekday())
    return {
        "notice_vi": NOTICE_VI,
        "notice_en": NOTICE_EN,
        "count_people": True,
        "collect_from": monday,
        "collect_until": monday + timedelta(days=11),
        "opens": monday + timedelta(days=14),
        "closes": monday + timedelta(days=25),
    }
