"""The short catalogues of the document's annexes (BTXH PL 1, PL 2.2, PL 3, PL 4, PL 5)."""

from __future__ import annotations

from emulator.wire.identity import FEMALE, MALE

PROCEDURES: dict[str, str] = {
    "2.000286": "Tiếp nhận đối tượng bảo trợ xã hội có hoàn cảnh đặc biệt khó khăn vào cơ sở trợ giúp xã hội cấp tỉnh, "
    "cấp huyện",
    "2.000282": "Tiếp nhận đối tượng cần bảo vệ khẩn cấp vào cơ sở trợ giúp xã hội cấp tỉnh, cấp huyện",
    "2.000477": "Dừng trợ giúp xã hội tại cơ sở trợ giúp xã hội cấp tỉnh, cấp huyện",
    "1.001776": "Thực hiện, điều chỉnh, thôi hưởng trợ cấp xã hội hàng tháng, hỗ trợ kinh phí chăm sóc, nuôi dưỡng "
    "hàng tháng",
    "1.001758": "Chi trả trợ cấp xã hội hàng tháng, hỗ trợ kinh phí chăm sóc, nuôi dưỡng hàng tháng khi đối tượng thay "
    "đổi nơi cư trú trong cùng địa bàn quận, huyện, thị xã, thành phố thuộc tỉnh",
    "1.001753": "Quyết định trợ cấp xã hội hàng tháng, hỗ trợ kinh phí chăm sóc, nuôi dưỡng hàng tháng khi đối tượng "
    "thay đổi nơi cư trú giữa các quận, huyện, thị xã, thành phố thuộc tỉnh, trong và ngoài tỉnh, thành phố trực thuộc "
    "trung ương",
    "1.001731": "Hỗ trợ chi phí mai táng cho đối tượng bảo trợ xã hội",
    "2.000777": "Trợ giúp xã hội khẩn cấp về hỗ trợ chi phí điều trị người bị thương nặng ngoài nơi cư trú mà không "
    "có người thân thích chăm sóc",
    "1.001739": "Nhận chăm sóc, nuôi dưỡng đối tượng cần bảo vệ khẩn cấp",
    "2.000744": "Trợ giúp xã hội khẩn cấp về hỗ trợ chi phí mai táng",
    "2.000751": "Trợ giúp xã hội khẩn cấp về hỗ trợ làm nhà ở, sửa chữa nhà ở",
}
SECTOR_CODE, SECTOR_NAME = "G07-LD03", "Bảo trợ xã hội"

GENDERS = {MALE: "Nam", FEMALE: "Nữ"}

_ETHNIC_NAMES = (
    "Kinh,Tày,Thái,Hoa,Khơ-me,Mường,Nùng,H'Mông,Dao,Gia-rai,Ngái,Ê-đê,Ba na,Xơ-Đăng,Sán Chay,Cơ-ho,Chăm,Sán Dìu,"
    "Hrê,Mnông,Ra-glai,Xtiêng,Bru-Vân Kiều,Thổ,Giáy,Cơ-tu,Gié Triêng,Mạ,Khơ-mú,Co,Tà-ôi,Chơ-ro,Kháng,Xinh-mun,"
    "Hà Nhì,Chu ru,Lào,La Chí,La Ha,Phù Lá,La Hủ,Lự,Lô Lô,Chứt,Mảng,Pà Thẻn,Co Lao,Công,Bố Y,Si La,Pu Páo,Brâu,"
    "Ơ Đu,Rơ măm"
)
ETHNICITIES: dict[str, str] = {
    str(number): name
    for number, name in enumerate(
        _ETHNIC_NAMES.split(","),
        1,
    )
}
ETHNICITY_ID_OFFSET = 28

_ISSUER_NAMES = (
    "Thành phố Hà Nội,Tỉnh Bắc Ninh,Tỉnh Hà Nam,Tỉnh Hải Dương,Thành phố Hải Phòng,Tỉnh Hưng Yên,Tỉnh Nam Định,"
    "Tỉnh Thái Bình,Tỉnh Vĩnh Phúc,Tỉnh Ninh Bình,Tỉnh Phú Thọ,Tỉnh Hà Giang,Tỉnh Tuyên Quang,Tỉnh Bắc Kạn,"
    "Tỉnh Thái Nguyên,Tỉnh Lạng Sơn,Tỉnh Bắc Giang,Tỉnh Quảng Ninh,Tỉnh Hòa Bình,Tỉnh Sơn La,Tỉnh Điện Biên,"
    "Tỉnh Lai Châu,Tỉnh Lào Cai,Tỉnh Yên Bái,Tỉnh Thanh Hóa,Tỉnh Nghệ An,Tỉnh Hà Tĩnh,Tỉnh Quảng Bình,"
    "Tỉnh Quảng Trị,Tỉnh Thừa Thiên Huế,Thành phố Đà Nẵng,Tỉnh Quảng Nam,Tỉnh Quảng Ngãi,Tỉnh Bình Định,"
    "Tỉnh Phú Yên,Tỉnh Khánh Hòa,Tỉnh Bình Thuận,Tỉnh Kon Tum,Tỉnh Gia Lai,Tỉnh Đắk Lắk,Tỉnh Đắk Nông,"
    "Tỉnh Lâm Đồng,Thành phố Hồ Chí Minh,Tỉnh Bà Rịa Vũng Tàu,Tỉnh Bình Dương,Tỉnh Bình Phước,Tỉnh Đồng Nai,"
    "Tỉnh Tây Ninh,Tỉnh An Giang,Tỉnh Bạc Liêu,Tỉnh Bến Tre,,Thành phố Cần Thơ,Tỉnh Đồng Tháp,Tỉnh Hậu Giang,"
    "Tỉnh Kiên Giang,Tỉnh Long An,Tỉnh Sóc Trăng,Tỉnh Tiền Giang,Tỉnh Trà Vinh,Tỉnh Vĩnh Long"
)
ISSUERS: dict[str, str] = {
    "1047": "Cục Cảnh sát QLHC về trật tự xã hội",
    "1048": "Cục Cảnh sát ĐKQL cư trú và DLQG về dân cư",
} | {
    str(number): name
    for number, name in enumerate(
        _ISSUER_NAMES.split(","),
        1195,
    )
    if name
}
ISSUER_GAP, ISSUER_GUESS = "1246", "Tỉnh Cà Mau"
ISSUERS_WITHOUT_ID = ("cao bằng", "ninh thuận", "cà mau")

STATUSES: dict[str, str] = {
    "1": "Mới đăng ký",
    "2": "Được tiếp nhận",
    "3": "Không được tiếp nhận",
    "4": "Đang xử lý",
    "5": "Yêu cầu bổ sung giấy tờ",
    "6": "Yêu cầu thực hiện nghĩa vụ tài chính",
    "7": "Công dân yêu cầu rút hồ sơ",
    "8": "Dừng xử lý",
    "9": "Đã xử lý xong",
    "10": "Đã trả kết quả",
    "11": "BNĐP từ chối",
    "13": "Đã nộp tại CDVCQG (chưa gửi tới BNĐP)",
    "14": "Không gửi được",
}
FINISHED = frozenset({"9", "10"})

# Seen in a live reply type; no document lists them (src:client-btxh-fields).
LATER_FIELDS = (
    "LoaiKetQua",
    "NgayBanHanh",
    "SoQuyetDinh",
    "CoQuanBanHanh",
    "TrichYeu",
    "NgayHenTra",
    "NgayKetThucXuLy_ThucTe",
    "SoTaiKhoan",
    "NganHang",
)
KEY_FIELDS = frozenset({"AcceptKey", "AccessKey"})
