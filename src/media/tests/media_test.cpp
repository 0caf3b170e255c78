#include "media/media.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "media/http.hpp"
#include "media/local_store.hpp"
#include "media/tests/sample_images.hpp"
#include "platform/run_sync.hpp"

namespace haat::media {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxUploadBytes = 6'000'000;
constexpr std::string_view kType = "multipart/form-data; boundary=bb";

std::string form(const std::string& field, const std::string& file) {
    return "--bb\r\nContent-Disposition: form-data; name=\"" + field + "\"; filename=\"../x.png\"\r\n\r\n" +
           file + "\r\n--bb--\r\n";
}

class BrokenStore final : public ImageStore {
public:
    Result<StoredImage> store(std::string_view) override { throw StorageFull{"no space"}; }
};

class MediaUploads : public testing::Test {
protected:
    void SetUp() override {
        std::string pattern = (fs::temp_directory_path() / "haat-media-XXXXXX").string();
        ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
        data_ = pattern;
        store_.emplace(data_, "https://shop.example");
        media_.emplace(pool_, *store_, kMaxUploadBytes);
        http_.emplace(*media_, pool_, data_);
    }
    void TearDown() override { fs::remove_all(data_); }

    // A request as it is when the handler gets it.
    http::Request uploaded(const std::string& body, std::string_view type = kType) {
        http::Request request;
        request.headers = {{"content-type", type}};
        request.sink = http_->upload_image().make_sink(request);
        EXPECT_TRUE(request.sink->write(body));
        EXPECT_TRUE(request.sink->finish());
        return request;
    }

    http::Response upload(http::Request request) { return run_sync(http_->upload_image().handle(request)); }

    http::Response get(std::string folder, std::string file) {
        http::Request request;
        request.params = {std::move(folder), std::move(file)};
        return run_sync(http_->serve_media().handle(request));
    }

    [[nodiscard]] std::size_t stored_files() const {
        const auto all = fs::directory_iterator{data_ / "media" / kFolder};
        return static_cast<std::size_t>(std::distance(begin(all), end(all)));
    }

    fs::path data_;
    jobs::CpuPool pool_{"images", 1, 8};
    std::optional<LocalStore> store_;
    std::optional<Media> media_;
    std::optional<MediaHttp> http_;
};

TEST_F(MediaUploads, AnUploadedImageIsServed) {
    const auto answer =
        upload(uploaded(form("image", samples::encoded(samples::red_and_blue(64, 32), ".png"))));
    ASSERT_FALSE(answer.error);
    EXPECT_EQ(answer.status, 200);
    const std::string before =
        R"({"message":"Upload done","data":{"url":"https://shop.example/media/Ecommerce_images/)";
    ASSERT_TRUE(answer.body.starts_with(before)) << answer.body;
    const auto name = answer.body.substr(before.size(), kNameLength);
    EXPECT_EQ(answer.body.substr(before.size() + kNameLength),
              R"(.webp","public_id":"Ecommerce_images/)" + name + R"("},"success":true,"error":false})");

    const auto served = get("Ecommerce_images", name + ".webp");
    ASSERT_FALSE(served.error);
    EXPECT_EQ(served.status, 200);
    EXPECT_EQ(served.content_type, "image/webp");
    EXPECT_EQ(served.cache_control, "public, max-age=31536000, immutable");
    EXPECT_TRUE(served.body.starts_with("RIFF"));
    ASSERT_EQ(served.headers.size(), 2U);
    EXPECT_EQ(served.headers[0].first, "ETag");
    EXPECT_EQ(served.headers[0].second, '"' + name + '"');
    EXPECT_EQ(served.headers[1].first, "Last-Modified");
    EXPECT_TRUE(served.headers[1].second.ends_with(" GMT"));
}

TEST_F(MediaUploads, EveryOtherPathUnderMediaIsNotFound) {
    const auto answer =
        upload(uploaded(form("image", samples::encoded(samples::red_and_blue(8, 8), ".png"))));
    const auto name = answer.body.substr(answer.body.find("images/") + 7, kNameLength) + ".webp";
    ASSERT_FALSE(get("Ecommerce_images", name).error);
    using Path = std::pair<std::string, std::string>;
    for (const auto& [folder, file] :
         {Path{"ecommerce_images", name}, Path{"..", name}, Path{"", name},
          Path{"Ecommerce_images", "../" + name}, Path{"Ecommerce_images", "..%2f" + name},
          Path{"Ecommerce_images", ""}, Path{"Ecommerce_images", "."},
          Path{"Ecommerce_images", "../../../../etc/passwd"},
          Path{"Ecommerce_images/../Ecommerce_images", name},
          Path{"Ecommerce_images", std::string(20, '0') + ".webp"}, Path{"Ecommerce_images", name + '\0'}}) {
        const auto served = get(folder, file);
        ASSERT_TRUE(served.error) << folder << " " << file;
        EXPECT_EQ(served.error->code, ErrorCode::media_not_found) << folder << " " << file;
    }
}

TEST_F(MediaUploads, AFormWithoutAFileIsNoImage) {
    for (auto [body, type] : {std::pair{std::string{"{}"}, "application/json"},
                              {"--bb--\r\n", kType.data()},
                              {"", kType.data()}}) {
        const auto answer = upload(uploaded(body, type));
        ASSERT_TRUE(answer.error) << body;
        EXPECT_EQ(answer.error->code, ErrorCode::no_image) << body;
    }
    http::Request without_sink;
    EXPECT_EQ(Media::take_file(without_sink).error().code, ErrorCode::no_image);
}

TEST_F(MediaUploads, ABadImageIsRefusedAndNothingIsStored) {
    const auto answer = upload(uploaded(form("image", "<svg/>")));
    ASSERT_TRUE(answer.error);
    EXPECT_EQ(answer.error->code, ErrorCode::unsupported_image);
    EXPECT_EQ(stored_files(), 0U);
}

TEST_F(MediaUploads, FiveMebibytesAreTooMany) {
    const auto sink_takes = [this](std::size_t size) {
        http::Request request;
        request.headers = {{"Content-Type", kType}};
        return media_->make_sink(request, "avatar")->write(form("avatar", std::string(size, 'x')));
    };
    EXPECT_TRUE(sink_takes(5 * 1024 * 1024 - 1));
    const auto refused = sink_takes(5 * 1024 * 1024);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::body_too_large);
}

TEST_F(MediaUploads, ManySlowUploadsKeepNobodyOut) {
    http::Request request;
    request.headers = {{"Content-Type", kType}};
    std::vector<std::unique_ptr<http::BodySink>> slow;
    for (int i = 0; i < 100; ++i) {
        slow.push_back(media_->make_sink(request, "image"));
        EXPECT_TRUE(slow.back()->write("--bb"));
    }
    EXPECT_TRUE(media_->make_sink(request, "image")->write(form("image", std::string(4'000'000, 'x'))));
}

TEST_F(MediaUploads, BytesBeyondTheLimitAreSentAwayUntilAnUploadIsOver) {
    http::Request request;
    request.headers = {{"Content-Type", kType}};
    const std::string large = form("image", std::string(4'000'000, 'x'));
    auto first = media_->make_sink(request, "image");
    EXPECT_TRUE(first->write(large));
    {
        auto second = media_->make_sink(request, "image");
        const auto written = second->write(large);
        ASSERT_FALSE(written);
        EXPECT_EQ(written.error().code, ErrorCode::overloaded);
        EXPECT_EQ(written.error().retry_after_s, 1);
        EXPECT_FALSE(second->write("--bb")) << "what was refused has a hole";
        EXPECT_FALSE(second->finish());
    }
    first.reset();
    EXPECT_TRUE(media_->make_sink(request, "image")->write(large));
}

TEST_F(MediaUploads, FailuresOfTheStoreReachTheCaller) {
    BrokenStore broken;
    Media media{pool_, broken};
    const auto png = samples::encoded(samples::red_and_blue(8, 8), ".png");
    EXPECT_THROW((void)run_sync(media.accept(png)), StorageFull);
    jobs::CpuPool full{"full", 1, 0};
    Media crowded{full, *store_};
    EXPECT_THROW((void)run_sync(crowded.accept(png)), Unavailable);
}

}  // namespace
}  // namespace haat::media
