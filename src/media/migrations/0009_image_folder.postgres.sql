-- The mark that lies in the folder of this shop's images (media/folder_mark.hpp). The first node that keeps images in a
-- folder sets it.
CREATE TABLE image_folder (
    only_row BOOLEAN PRIMARY KEY DEFAULT TRUE CONSTRAINT image_folder_single CHECK (only_row),
    mark TEXT NOT NULL CONSTRAINT image_folder_mark CHECK (length(mark) = 24)
);
